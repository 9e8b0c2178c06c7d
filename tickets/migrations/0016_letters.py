"""Mails about accounts, sent by the worker."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0015_the_audit_trail_is_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="Letter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("undangan", "Undangan"),
                            ("atur-ulang", "Atur ulang kata sandi"),
                            ("konfirmasi", "Konfirmasi surel"),
                            ("diterima", "Pendaftaran disetujui"),
                            ("ditolak", "Pendaftaran tidak disetujui"),
                            ("berubah", "Keamanan akun berubah"),
                        ],
                        max_length=12,
                    ),
                ),
                (
                    "address",
                    models.EmailField(
                        blank=True, help_text="Where the person was until now; empty: where they are.", max_length=254
                    ),
                ),
                ("facts", models.JSONField(default=dict, help_text="What changed, in a word; no secret.")),
                ("asked_at", models.DateTimeField()),
                ("not_before", models.DateTimeField()),
                (
                    "lease_until",
                    models.DateTimeField(blank=True, help_text="Some worker has it in hand until then.", null=True),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="letters", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(
                        condition=models.Q(("failed_at", None), ("sent_at", None)),
                        fields=["not_before"],
                        name="letters_to_be_sent",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("sent_at__isnull", True), ("failed_at__isnull", True), _connector="OR"),
                        name="letter_has_one_end",
                    )
                ],
            },
        ),
    ]
