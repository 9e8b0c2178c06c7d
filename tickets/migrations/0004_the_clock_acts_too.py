"""What the clock does is history as well, by nobody. SQLite rebuilds the table, so its triggers are installed anew."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from tickets import triggers


class Migration(migrations.Migration):
    dependencies = [("tickets", "0003_limits_and_notices")]

    operations = [
        migrations.RunPython(triggers.drop, triggers.create),
        migrations.AlterField(
            model_name="historyentry",
            name="action",
            field=models.CharField(
                choices=[
                    ("file_report", "Melaporkan"),
                    ("complete_step", "Menyelesaikan langkah"),
                    ("claim", "Mengambil tugas"),
                    ("release", "Melepas tugas"),
                    ("hand_over", "Menyerahkan tugas"),
                    ("comment", "Menulis komentar"),
                    ("confirm", "Mengonfirmasi selesai"),
                    ("reopen", "Membuka kembali"),
                    ("acknowledge", "Menandai diketahui"),
                    ("hold", "Menunda"),
                    ("resume", "Melanjutkan"),
                    ("extend", "Memperpanjang"),
                    ("estimate", "Memperkirakan selesai"),
                    ("lapse", "Menutup tanpa jawaban"),
                    ("reschedule", "Menyesuaikan tenggat"),
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="historyentry",
            name="by",
            field=models.ForeignKey(
                help_text="Nobody: the clock did it.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.RunPython(triggers.create, triggers.drop),
    ]
