"""Reports: sums of the ledger, the office's identity, issued papers, exports, and reports of one fault tied together."""

import django.core.validators
import django.db.models.deletion
import django.db.models.expressions
from django.conf import settings
from django.db import migrations, models

import tickets.models.documents
import tickets.storage


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0006_limits_are_kept_by_the_database"),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("penyelesaian", "Laporan Penyelesaian Masalah"), ("sla", "Laporan SLA")],
                        max_length=20,
                        verbose_name="jenis",
                    ),
                ),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="sejak")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="sampai")),
                ("issue", models.PositiveSmallIntegerField(default=1, verbose_name="terbitan ke-")),
                (
                    "code",
                    models.CharField(
                        default=tickets.models.documents.check_code, editable=False, max_length=30, unique=True
                    ),
                ),
                ("ordered_at", models.DateTimeField(verbose_name="diminta")),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="Some worker has it in hand until then.", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                ("year", models.PositiveSmallIntegerField(blank=True, null=True, verbose_name="tahun")),
                ("sequence", models.PositiveIntegerField(blank=True, null=True, verbose_name="nomor urut")),
                ("number", models.CharField(blank=True, max_length=120, verbose_name="nomor")),
                ("inputs", models.JSONField(default=dict)),
                (
                    "images",
                    models.JSONField(
                        default=dict, help_text="By name in the template: the file in the private storage."
                    ),
                ),
                ("edition", models.CharField(blank=True, max_length=16)),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="dibuat")),
                (
                    "pdf",
                    models.FileField(
                        blank=True,
                        max_length=120,
                        storage=tickets.storage.private_files,
                        upload_to=tickets.storage.stored_name,
                    ),
                ),
                ("sha256", models.CharField(blank=True, max_length=64)),
            ],
            options={
                "verbose_name": "dokumen",
                "verbose_name_plural": "dokumen",
                "ordering": ("-ordered_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("langkah", "Langkah yang selesai"), ("tiket", "Tiket")],
                        max_length=20,
                        verbose_name="isi",
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")], max_length=4, verbose_name="bentuk"
                    ),
                ),
                (
                    "query",
                    models.CharField(
                        blank=True, help_text="The filters, as they stood in the address.", max_length=2000
                    ),
                ),
                ("name", models.CharField(max_length=150, verbose_name="nama berkas")),
                ("asked_at", models.DateTimeField(verbose_name="diminta")),
                ("lease_until", models.DateTimeField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("rows_total", models.PositiveIntegerField(blank=True, null=True)),
                ("rows_done", models.PositiveIntegerField(default=0)),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="selesai")),
                ("failed_at", models.DateTimeField(blank=True, null=True, verbose_name="gagal")),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "file",
                    models.FileField(
                        blank=True,
                        max_length=120,
                        storage=tickets.storage.private_files,
                        upload_to=tickets.storage.stored_name,
                    ),
                ),
                ("size", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "unduhan",
                "verbose_name_plural": "unduhan",
                "ordering": ("-asked_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "government",
                    models.CharField(
                        default="Pemerintah Provinsi Sumatera Barat", max_length=120, verbose_name="pemerintah"
                    ),
                ),
                (
                    "organisation",
                    models.CharField(
                        default="Dinas Komunikasi, Informatika dan Statistik",
                        max_length=160,
                        verbose_name="perangkat daerah",
                    ),
                ),
                (
                    "unit",
                    models.CharField(default="Bidang Aplikasi Informatika", max_length=120, verbose_name="bidang"),
                ),
                ("address", models.CharField(blank=True, max_length=200, verbose_name="alamat")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="telepon, surel, situs")),
                (
                    "city",
                    models.CharField(
                        default="Padang",
                        help_text="Tempat pada baris tanggal surat.",
                        max_length=60,
                        verbose_name="kota",
                    ),
                ),
                (
                    "logo",
                    models.FileField(
                        blank=True,
                        max_length=120,
                        storage=tickets.storage.private_files,
                        upload_to=tickets.storage.stored_name,
                        verbose_name="logo",
                    ),
                ),
                (
                    "paper",
                    models.CharField(
                        choices=[("a4", "A4 (210 × 297 mm)"), ("f4", "F4 (215 × 330 mm)")],
                        default="a4",
                        max_length=2,
                        verbose_name="ukuran kertas",
                    ),
                ),
                (
                    "unit_code",
                    models.CharField(
                        default="Diskominfotik", help_text="Menjadi {unit}.", max_length=40, verbose_name="kode unit"
                    ),
                ),
                (
                    "completion_code",
                    models.CharField(default="LPM", max_length=20, verbose_name="kode Laporan Penyelesaian Masalah"),
                ),
                (
                    "completion_number",
                    models.CharField(
                        default="{kode}/{urut}/{unit}/{tahun}",
                        max_length=80,
                        verbose_name="pola nomor Laporan Penyelesaian Masalah",
                    ),
                ),
                ("sla_code", models.CharField(default="SLA", max_length=20, verbose_name="kode Laporan SLA")),
                (
                    "sla_number",
                    models.CharField(
                        default="{kode}/{urut}/{unit}/{tahun}", max_length=80, verbose_name="pola nomor Laporan SLA"
                    ),
                ),
            ],
            options={
                "verbose_name": "identitas kantor",
                "verbose_name_plural": "identitas kantor",
            },
        ),
        migrations.CreateModel(
            name="Signer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("kepala_bidang_aptika", "Kepala Bidang Aptika"),
                            ("subkoordinator_aplikasi", "Subkoordinator Aplikasi"),
                            ("sub_koordinator", "Sub Koordinator"),
                        ],
                        error_messages={"unique": "Penanda tangan untuk peran ini sudah ada."},
                        max_length=40,
                        unique=True,
                        verbose_name="peran",
                    ),
                ),
                (
                    "position",
                    models.CharField(
                        help_text="Seperti tertulis di atas tanda tangan.", max_length=120, verbose_name="jabatan"
                    ),
                ),
                ("name", models.CharField(help_text="Dengan gelar.", max_length=150, verbose_name="nama")),
                (
                    "nip",
                    models.CharField(
                        blank=True,
                        max_length=18,
                        validators=[django.core.validators.RegexValidator("^[0-9]{18}$", "NIP terdiri atas 18 angka.")],
                        verbose_name="NIP",
                    ),
                ),
                (
                    "rank",
                    models.CharField(
                        blank=True,
                        help_text="Misalnya Pembina Tk. I (IV/b).",
                        max_length=80,
                        verbose_name="pangkat/golongan",
                    ),
                ),
            ],
            options={
                "verbose_name": "penanda tangan",
                "verbose_name_plural": "penanda tangan",
                "ordering": ("role",),
            },
        ),
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="Its first day.")),
                ("sop_key", models.CharField(max_length=40)),
                ("row", models.PositiveSmallIntegerField()),
                ("runs", models.PositiveIntegerField(default=0)),
                ("on_time", models.PositiveIntegerField(default=0)),
                ("extended", models.PositiveIntegerField(default=0)),
                ("late", models.PositiveIntegerField(default=0)),
                ("no_limit", models.PositiveIntegerField(default=0)),
                ("past_estimate", models.PositiveIntegerField(default=0)),
                ("deviations", models.PositiveIntegerField(default=0)),
                ("repeats", models.PositiveIntegerField(default=0, help_text="Runs of a second or later round.")),
                ("worked_seconds", models.PositiveBigIntegerField(default=0)),
                ("held_seconds", models.PositiveBigIntegerField(default=0)),
                (
                    "awaited_seconds",
                    models.PositiveBigIntegerField(default=0, help_text="Of those on hold: waiting for the reporter."),
                ),
                ("late_seconds", models.PositiveBigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="WorkedTally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(help_text="Its first day.")),
                ("sop_key", models.CharField(max_length=40)),
                ("row", models.PositiveSmallIntegerField()),
                ("minutes", models.PositiveIntegerField()),
                ("runs", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="notice",
            name="notice_is_of_an_act_or_a_rung",
        ),
        migrations.AddField(
            model_name="steprun",
            name="awaited_minutes",
            field=models.FloatField(
                blank=True, help_text="Of the time on hold, that which waited for the reporter.", null=True
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="main",
            field=models.ForeignKey(
                blank=True,
                help_text="The report of the same fault that this one was tied to (S-7).",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="followers",
                to="tickets.ticket",
                verbose_name="tiket utama",
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
                ],
                max_length=20,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="event",
            field=models.CharField(
                help_text="What happened: entry:PK, rung:PK or document:PK; with it the same is told once.",
                max_length=60,
            ),
        ),
        migrations.AlterField(
            model_name="notice",
            name="ticket",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="tickets.ticket"
            ),
        ),
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(
                condition=models.Q(("left_at__isnull", False)), fields=["left_at"], name="runs_by_leaving"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(fields=["state", "closed_at"], name="ticket_by_closing"),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("closed_at", None)), fields=["created_at"], name="tickets_not_closed"
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "mengikuti"), _negated=True), ("main__isnull", False), _connector="OR"
                ),
                name="what_follows_has_its_main_ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("main__isnull", True), models.Q(("main", models.F("pk")), _negated=True), _connector="OR"
                ),
                name="no_ticket_follows_itself",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="ordered_by",
            field=models.ForeignKey(
                help_text="Nobody: it was due.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="ticket",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="documents",
                to="tickets.ticket",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="tickets.document"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("document__isnull", True),
                        ("entry__isnull", True),
                        ("rung__isnull", False),
                        ("ticket__isnull", False),
                    ),
                    models.Q(
                        ("document__isnull", True),
                        ("entry__isnull", False),
                        ("rung__isnull", True),
                        ("ticket__isnull", False),
                    ),
                    models.Q(
                        ("document__isnull", False),
                        ("entry__isnull", True),
                        ("rung__isnull", True),
                        ("ticket__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="notice_is_of_an_act_a_rung_or_a_paper",
            ),
        ),
        migrations.AddField(
            model_name="export",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="exports", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddConstraint(
            model_name="office",
            constraint=models.CheckConstraint(condition=models.Q(("pk", 1)), name="there_is_one_office"),
        ),
        migrations.AddField(
            model_name="tally",
            name="unit",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="tickets.unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="workedtally",
            constraint=models.UniqueConstraint(
                fields=("month", "sop_key", "row", "minutes"), name="one_tally_per_minute"
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(
                condition=models.Q(("failed_at", None), ("made_at", None)),
                fields=["ordered_at"],
                name="documents_to_be_made",
            ),
        ),
        migrations.AddIndex(
            model_name="document",
            index=models.Index(fields=["kind", "-ordered_at"], name="documents_by_kind"),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ends_on__isnull", True),
                        ("kind", "penyelesaian"),
                        ("starts_on__isnull", True),
                        ("ticket__isnull", False),
                    ),
                    models.Q(
                        ("ends_on__gte", models.F("starts_on")),
                        ("kind", "sla"),
                        ("starts_on__isnull", False),
                        ("ticket__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="document_is_of_a_ticket_or_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ticket__isnull", False)),
                fields=("ticket", "kind", "issue"),
                name="one_issue_of_a_ticket",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ticket__isnull", True)),
                fields=("kind", "starts_on", "ends_on", "issue"),
                name="one_issue_of_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.UniqueConstraint(
                condition=models.Q(("sequence__isnull", False)),
                fields=("kind", "year", "sequence"),
                name="document_numbers_count_once_a_year",
            ),
        ),
        migrations.AddConstraint(
            model_name="document",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("made_at__isnull", True),
                        ("number", ""),
                        ("pdf", ""),
                        ("sequence__isnull", True),
                        ("sha256", ""),
                        ("year__isnull", True),
                    ),
                    models.Q(
                        ("failed_at__isnull", True),
                        ("made_at__isnull", False),
                        ("sequence__isnull", False),
                        ("year__isnull", False),
                        models.Q(("number", ""), _negated=True),
                        models.Q(("sha256", ""), _negated=True),
                        models.Q(("pdf", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="document_made_is_whole",
            ),
        ),
        migrations.AddIndex(
            model_name="export",
            index=models.Index(
                condition=models.Q(("failed_at", None), ("finished_at", None)),
                fields=["asked_at"],
                name="exports_to_be_made",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.UniqueConstraint(
                condition=models.Q(("failed_at", None), ("finished_at", None)),
                fields=("person",),
                name="one_export_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="export",
            constraint=models.CheckConstraint(
                condition=models.Q(("finished_at__isnull", True), ("failed_at__isnull", True), _connector="OR"),
                name="export_has_one_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unit__isnull", False)),
                fields=("month", "sop_key", "row", "unit"),
                name="one_tally_per_unit",
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.UniqueConstraint(
                condition=models.Q(("unit", None)), fields=("month", "sop_key", "row"), name="one_tally_without_unit"
            ),
        ),
        migrations.AddConstraint(
            model_name="tally",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "runs",
                        django.db.models.expressions.CombinedExpression(
                            django.db.models.expressions.CombinedExpression(
                                django.db.models.expressions.CombinedExpression(
                                    django.db.models.expressions.CombinedExpression(
                                        models.F("on_time"), "+", models.F("extended")
                                    ),
                                    "+",
                                    models.F("late"),
                                ),
                                "+",
                                models.F("no_limit"),
                            ),
                            "+",
                            models.F("past_estimate"),
                        ),
                    )
                ),
                name="each_run_has_one_verdict",
            ),
        ),
    ]
