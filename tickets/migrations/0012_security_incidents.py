"""Tickets that are known only to who holds a role in their SOP, and codes to follow a report by."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0011_who_got_in"),
    ]

    operations = [
        migrations.AddField(
            model_name="ticket",
            name="restricted",
            field=models.BooleanField(
                default=False,
                help_text="Known only to who holds a role in its SOP (DESIGN section 7).",
                verbose_name="insiden keamanan",
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="tracking_code",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="By which a reporter without an account follows the report.",
                max_length=43,
                null=True,
                unique=True,
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("restricted", True)), fields=["-updated_at"], name="tickets_restricted"
            ),
        ),
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
                    ("tie", "Menggabungkan"),
                    ("untie", "Melepas dari tiket utama"),
                    ("follow", "Mengikuti tiket utama"),
                    ("restrict", "Menandai insiden keamanan"),
                    ("unrestrict", "Mencabut tanda insiden keamanan"),
                ],
                max_length=20,
            ),
        ),
    ]
