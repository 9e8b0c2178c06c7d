"""Working hours, exceptions, decreed years, and the log of changes (DESIGN section 5)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import workflows.models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="CalendarChange",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(max_length=300, verbose_name="alasan")),
                ("what", models.JSONField(default=list, help_text="Sentences: what was changed.")),
                (
                    "moved",
                    models.JSONField(
                        default=list, help_text="What it moved: [ticket number, row, from, to] with ISO instants."
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "perubahan kalender",
                "verbose_name_plural": "perubahan kalender",
                "ordering": ("-pk",),
            },
        ),
        migrations.CreateModel(
            name="CalendarDay",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("date", models.DateField(unique=True, verbose_name="tanggal")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("libur", "Libur nasional"),
                            ("cuti", "Cuti bersama"),
                            ("lokal", "Libur daerah"),
                            ("buka", "Hari kerja khusus"),
                            ("biasa", "Hari biasa"),
                        ],
                        max_length=10,
                        verbose_name="jenis",
                    ),
                ),
                ("name", models.CharField(max_length=120, verbose_name="nama")),
                (
                    "decree",
                    models.CharField(
                        blank=True,
                        help_text="Nomor SKB, surat edaran atau keputusan.",
                        max_length=200,
                        verbose_name="dasar",
                    ),
                ),
                (
                    "hours",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="jam kerja"
                    ),
                ),
                (
                    "is_estimate",
                    models.BooleanField(
                        default=False, help_text="Tanggalnya masih dapat bergeser.", verbose_name="perkiraan"
                    ),
                ),
                (
                    "is_override",
                    models.BooleanField(
                        default=False,
                        help_text="Entered or changed by an administrator: an import never overwrites it.",
                    ),
                ),
            ],
            options={
                "verbose_name": "hari kalender",
                "verbose_name_plural": "hari kalender",
                "ordering": ("date",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("kind", "buka"), models.Q(("hours", ""), _negated=True)),
                            models.Q(models.Q(("kind", "buka"), _negated=True), ("hours", "")),
                            _connector="OR",
                        ),
                        name="only_an_opened_day_has_hours",
                        violation_error_message="Hanya hari kerja khusus yang memiliki jam kerja, dan jamnya wajib diisi.",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="WorkingPeriod",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, verbose_name="nama")),
                ("starts_on", models.DateField(blank=True, null=True, verbose_name="sejak")),
                ("ends_on", models.DateField(blank=True, null=True, verbose_name="sampai")),
                (
                    "decree",
                    models.CharField(
                        blank=True, help_text="Nomor surat edaran atau keputusan.", max_length=200, verbose_name="dasar"
                    ),
                ),
                (
                    "monday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Senin"
                    ),
                ),
                (
                    "tuesday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Selasa"
                    ),
                ),
                (
                    "wednesday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Rabu"
                    ),
                ),
                (
                    "thursday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Kamis"
                    ),
                ),
                (
                    "friday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Jumat"
                    ),
                ),
                (
                    "saturday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Sabtu"
                    ),
                ),
                (
                    "sunday",
                    models.CharField(
                        blank=True, max_length=120, validators=[workflows.models.valid_hours], verbose_name="Minggu"
                    ),
                ),
            ],
            options={
                "verbose_name": "jam kerja",
                "verbose_name_plural": "jam kerja",
                "ordering": (models.OrderBy(models.F("starts_on"), nulls_first=True), "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        models.Value(1),
                        condition=models.Q(("starts_on", None)),
                        name="one_normal_working_period",
                        violation_error_message="Jam kerja normal sudah ada. Isi tanggal sejak dan sampai.",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("ends_on__isnull", True), ("starts_on__isnull", True)),
                            models.Q(
                                ("ends_on__gte", models.F("starts_on")),
                                ("ends_on__isnull", False),
                                ("starts_on__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="working_period_has_both_dates_or_none",
                        violation_error_message="Isi kedua tanggal; tanggal sampai tidak boleh sebelum tanggal sejak.",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="CalendarYear",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True, verbose_name="tahun")),
                (
                    "status",
                    models.CharField(
                        choices=[("usulan", "Usulan"), ("ditetapkan", "Ditetapkan")], default="usulan", max_length=10
                    ),
                ),
                ("decree", models.CharField(blank=True, max_length=200, verbose_name="nomor SKB")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True)),
                (
                    "confirmed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="ditetapkan oleh",
                    ),
                ),
            ],
            options={
                "verbose_name": "tahun kalender",
                "verbose_name_plural": "tahun kalender",
                "ordering": ("year",),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("confirmed_at__isnull", True), ("status", "usulan")),
                            models.Q(
                                ("confirmed_at__isnull", False),
                                ("status", "ditetapkan"),
                                models.Q(("decree", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="confirmed_year_has_its_decree",
                        violation_error_message="Tahun yang ditetapkan memerlukan nomor SKB.",
                    )
                ],
            },
        ),
    ]
