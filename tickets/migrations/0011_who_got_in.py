"""Sessions that know whose they are, counted attempts, recovery codes, the audit trail."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0010_people_ask_for_accounts"),
    ]

    operations = [
        migrations.CreateModel(
            name="Attempts",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "key",
                    models.CharField(
                        help_text="What is counted; holds no address or name in clear.", max_length=100, unique=True
                    ),
                ),
                ("since", models.DateTimeField(db_index=True)),
                ("count", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="AuditEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "event",
                    models.CharField(
                        choices=[
                            ("masuk", "Masuk"),
                            ("masuk-gagal", "Gagal masuk"),
                            ("masuk-ditolak", "Masuk ditolak (terlalu sering)"),
                            ("keluar", "Keluar"),
                            ("sesi-diakhiri", "Sesi diakhiri"),
                            ("sandi-diubah", "Kata sandi diubah"),
                            ("sandi-tautan", "Tautan kata sandi dibuat"),
                            ("totp-aktif", "Verifikasi dua langkah diaktifkan"),
                            ("totp-nonaktif", "Verifikasi dua langkah dimatikan"),
                            ("kode-pemulihan", "Kode pemulihan dipakai"),
                            ("kode-baru", "Kode pemulihan diganti"),
                            ("mendaftar", "Mendaftar"),
                            ("pendaftaran-diputuskan", "Pendaftaran diputuskan"),
                            ("pengguna-dibuat", "Pengguna dibuat"),
                            ("pengguna-diubah", "Pengguna diubah"),
                            ("pengguna-nonaktif", "Pengguna dinonaktifkan"),
                            ("pengguna-aktif", "Pengguna diaktifkan kembali"),
                            ("pengguna-dihapus", "Data pribadi dihapus"),
                            ("pengguna-diimpor", "Daftar pengguna diimpor"),
                            ("opd-diubah", "OPD diubah"),
                            ("peran-diberikan", "Peran diberikan"),
                            ("peran-diubah", "Peran diubah"),
                            ("peran-diakhiri", "Peran diakhiri"),
                            ("data-diunduh", "Data pribadi diunduh"),
                            ("tabel-diunduh", "Tabel diunduh"),
                            ("tahan-data", "Data ditahan"),
                            ("lepas-tahanan", "Penahanan data dicabut"),
                            ("retensi-diubah", "Masa simpan diubah"),
                            ("retensi", "Masa simpan dijalankan"),
                            ("kantor-diubah", "Identitas kantor diubah"),
                            ("pemulihan", "Cadangan dipulihkan"),
                            ("pemulihan-dilepas", "Salinan pemulihan dilepas"),
                        ],
                        max_length=30,
                        verbose_name="kejadian",
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True)),
                ("facts", models.JSONField(default=dict, help_text="Names of fields, counts, days: nothing personal.")),
            ],
            options={
                "verbose_name": "jejak audit",
                "verbose_name_plural": "jejak audit",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="RecoveryCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Session",
            fields=[
                (
                    "session_key",
                    models.CharField(max_length=40, primary_key=True, serialize=False, verbose_name="session key"),
                ),
                ("session_data", models.TextField(verbose_name="session data")),
                ("expire_date", models.DateTimeField(db_index=True, verbose_name="expire date")),
                ("started_at", models.DateTimeField(help_text="When the person signed in.", null=True)),
                ("seen_at", models.DateTimeField(help_text="When they last did something, to the minute.", null=True)),
                ("address", models.GenericIPAddressField(null=True)),
                ("agent", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "ordering": ("-seen_at",),
            },
        ),
        migrations.AddField(
            model_name="auditentry",
            name="about",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="by",
            field=models.ForeignKey(
                help_text="Nobody: the clock, or unknown.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="auditentry",
            name="ticket",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="recoverycode",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="recovery_codes", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="session",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="sessions",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["event", "-at"], name="audit_by_event"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["about", "-at"], name="audit_by_person"),
        ),
        migrations.AddIndex(
            model_name="auditentry",
            index=models.Index(fields=["by", "-at"], name="audit_by_actor"),
        ),
        migrations.AddConstraint(
            model_name="recoverycode",
            constraint=models.UniqueConstraint(fields=("person", "digest"), name="recovery_codes_differ"),
        ),
    ]
