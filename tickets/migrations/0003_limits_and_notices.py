"""Limits, holds, extensions, rungs, notices and heartbeats (DESIGN sections 5 and 6)."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0002_history_is_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Extension",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(verbose_name="diberikan")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="alasan")),
                (
                    "from_due",
                    models.DateTimeField(
                        blank=True,
                        help_text="The time it replaces; none for a first estimate.",
                        null=True,
                        verbose_name="dari",
                    ),
                ),
                ("until", models.DateTimeField(verbose_name="sampai")),
                (
                    "minutes",
                    models.FloatField(
                        help_text="Working time it adds to the budget; negative for an earlier estimate."
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("worker", "Pekerja"),
                            ("beat", "Jam"),
                            ("sweep", "Sapuan batas waktu"),
                            ("mail", "Pengiriman surel"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "name",
                    models.CharField(blank=True, help_text="host:pid of a process; empty for a job.", max_length=120),
                ),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ("kind", "name"),
            },
        ),
        migrations.CreateModel(
            name="Hold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("pelapor", "Menunggu pelapor"),
                            ("pihak_ketiga", "Menunggu pihak ketiga"),
                            ("pengadaan", "Menunggu pengadaan"),
                            ("lainnya", "Lainnya"),
                        ],
                        max_length=20,
                        verbose_name="alasan",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="keterangan")),
                ("started_at", models.DateTimeField(verbose_name="sejak")),
                ("ends_at", models.DateTimeField(verbose_name="sampai")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="berakhir")),
            ],
            options={
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "event",
                    models.CharField(
                        help_text="What happened: entry:PK or rung:PK; with it the same is told once.", max_length=60
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        help_text="A key of `tickets.notifications.KINDS`: the sentence it is told by.", max_length=20
                    ),
                ),
                ("channel", models.CharField(choices=[("situs", "SOPDesk"), ("surel", "Surel")], max_length=10)),
                ("at", models.DateTimeField(help_text="The instant of the event.")),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "not_before",
                    models.DateTimeField(help_text="What is not urgent waits for working hours, a digest for 07.30."),
                ),
                ("is_digest", models.BooleanField(default=False)),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="Some worker has it in hand until then.", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("cancelled_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Rung",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("75", "75 % waktu terpakai"),
                            ("lewat", "Lewat batas waktu"),
                            ("eskalasi", "Diteruskan ke Kepala Bidang"),
                            ("pengingat", "Pengingat langkah tentatif"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "nth",
                    models.PositiveSmallIntegerField(
                        default=1, help_text="Reminders repeat; the others are the first and last."
                    ),
                ),
                ("at", models.DateTimeField(help_text="Its own instant, whenever it was noticed.")),
                ("noticed_at", models.DateTimeField()),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.AddField(
            model_name="steprun",
            name="budget_minutes",
            field=models.FloatField(
                blank=True,
                help_text="Working time that the limit gave on entering; of a tentative row, the estimate.",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="steprun",
            name="calendar_version",
            field=models.PositiveIntegerField(default=0, help_text="The calendar that `due_at` was computed with."),
        ),
        migrations.AddField(
            model_name="steprun",
            name="due_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="tenggat"),
        ),
        migrations.AddField(
            model_name="steprun",
            name="extra_minutes",
            field=models.FloatField(default=0, help_text="Working time that extensions added."),
        ),
        migrations.AddField(
            model_name="steprun",
            name="held_minutes",
            field=models.FloatField(blank=True, help_text="Working time on hold.", null=True),
        ),
        migrations.AddField(
            model_name="steprun",
            name="late_minutes",
            field=models.FloatField(blank=True, help_text="Working time beyond the limit or estimate.", null=True),
        ),
        migrations.AddField(
            model_name="steprun",
            name="limit_amount",
            field=models.PositiveSmallIntegerField(blank=True, help_text="Minutes or working days.", null=True),
        ),
        migrations.AddField(
            model_name="steprun",
            name="limit_kind",
            field=models.CharField(
                choices=[
                    ("none", "Tanpa batas waktu"),
                    ("working_minutes", "Menit kerja"),
                    ("working_days", "Hari kerja"),
                    ("tentative", "Tentatif"),
                ],
                default="none",
                max_length=20,
                verbose_name="batas",
            ),
        ),
        migrations.AddField(
            model_name="steprun",
            name="next_rung_at",
            field=models.DateTimeField(blank=True, help_text="When the sweep has something to say next.", null=True),
        ),
        migrations.AddField(
            model_name="steprun",
            name="verdict",
            field=models.CharField(
                blank=True,
                choices=[
                    ("tepat_waktu", "Tepat waktu"),
                    ("diperpanjang", "Diperpanjang"),
                    ("terlambat", "Terlambat"),
                    ("tanpa_batas", "Tanpa batas"),
                    ("melewati_perkiraan", "Melewati perkiraan"),
                ],
                max_length=20,
                verbose_name="hasil",
            ),
        ),
        migrations.AddField(
            model_name="steprun",
            name="worked_minutes",
            field=models.FloatField(
                blank=True, help_text="Working time from entering to leaving, less holds.", null=True
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="confirm_by",
            field=models.DateTimeField(
                blank=True,
                help_text="When silence closes a ticket whose work is done.",
                null=True,
                verbose_name="batas konfirmasi",
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="mail_choice",
            field=models.CharField(
                choices=[
                    ("langsung", "Langsung, setiap kali"),
                    ("ringkasan", "Ringkasan sekali sehari, pukul 07.30"),
                    ("tidak", "Tidak perlu"),
                ],
                default="langsung",
                max_length=10,
                verbose_name="pemberitahuan lewat surel",
            ),
        ),
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(
                condition=models.Q(("left_at", None)), fields=["next_rung_at"], name="open_runs_by_next_rung"
            ),
        ),
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(condition=models.Q(("left_at", None)), fields=["due_at"], name="open_runs_by_due_time"),
        ),
        migrations.AddIndex(
            model_name="steprun",
            index=models.Index(
                condition=models.Q(("left_at", None)), fields=["calendar_version"], name="open_runs_by_calendar"
            ),
        ),
        migrations.AddIndex(
            model_name="ticket",
            index=models.Index(
                condition=models.Q(("confirm_by__isnull", False)),
                fields=["confirm_by"],
                name="tickets_to_be_confirmed_by",
            ),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("late_minutes__isnull", False), ("verdict__in", ("terlambat", "melewati_perkiraan"))),
                    models.Q(
                        models.Q(("verdict__in", ("terlambat", "melewati_perkiraan")), _negated=True),
                        ("late_minutes__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="run_late_says_by_how_much",
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="extension",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="extensions", to="tickets.steprun"
            ),
        ),
        migrations.AddConstraint(
            model_name="heartbeat",
            constraint=models.UniqueConstraint(fields=("kind", "name"), name="one_heartbeat_per_process"),
        ),
        migrations.AddField(
            model_name="hold",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="ended_by",
            field=models.ForeignKey(
                blank=True,
                help_text="Nobody: it ran out.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="holds", to="tickets.steprun"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="entry",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="tickets.historyentry",
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="tickets.ticket"
            ),
        ),
        migrations.AddField(
            model_name="rung",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="rungs", to="tickets.steprun"
            ),
        ),
        migrations.AddField(
            model_name="notice",
            name="rung",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notices", to="tickets.rung"
            ),
        ),
        migrations.AddConstraint(
            model_name="extension",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_due__isnull", True), models.Q(("reason", ""), _negated=True), _connector="OR"
                ),
                name="new_time_has_its_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="hold",
            index=models.Index(condition=models.Q(("ended_at", None)), fields=["ends_at"], name="open_holds_by_end"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at", None)), fields=("run",), name="one_open_hold_per_run"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("ends_at__gte", models.F("started_at"))), name="hold_ends_not_before_it_starts"
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("ended_at__isnull", True), ("ended_at", models.F("ends_at")), _connector="OR"),
                name="hold_ended_when_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.CheckConstraint(
                condition=models.Q(("note", ""), ("reason", "lainnya"), _negated=True),
                name="hold_for_another_reason_says_which",
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.UniqueConstraint(fields=("run", "kind", "nth"), name="each_rung_is_climbed_once"),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "pengingat"), ("nth", 1), _connector="OR"), name="only_reminders_repeat"
            ),
        ),
        migrations.AddConstraint(
            model_name="rung",
            constraint=models.CheckConstraint(
                condition=models.Q(("noticed_at__gte", models.F("at"))), name="rung_is_noticed_not_before_its_time"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("channel", "situs")), fields=["person", "-at"], name="notices_of_a_person"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("channel", "situs"), ("read_at", None)), fields=["person"], name="notices_unread"
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(
                    ("cancelled_at", None), ("channel", "surel"), ("failed_at", None), ("sent_at", None)
                ),
                fields=["not_before"],
                name="mail_to_be_sent",
            ),
        ),
        migrations.AddIndex(
            model_name="notice",
            index=models.Index(
                condition=models.Q(("failed_at__isnull", False)), fields=["-failed_at"], name="mail_given_up"
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.UniqueConstraint(fields=("event", "person", "channel"), name="a_person_is_told_once"),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("failed_at__isnull", True), ("sent_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("sent_at__isnull", True)),
                    models.Q(("cancelled_at__isnull", True), ("failed_at__isnull", True)),
                    _connector="OR",
                ),
                name="notice_has_one_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="notice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("entry__isnull", True), ("rung__isnull", False)),
                    models.Q(("entry__isnull", False), ("rung__isnull", True)),
                    _connector="OR",
                ),
                name="notice_is_of_an_act_or_a_rung",
            ),
        ),
    ]
