"""Self-registration, lists of staff, single sign-on, and people whose data is gone."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0009_no_page_sorts_the_archive"),
    ]

    operations = [
        migrations.CreateModel(
            name="PeopleImport",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="dibaca")),
                ("name", models.CharField(max_length=150, verbose_name="nama berkas")),
                (
                    "rows",
                    models.JSONField(default=list, help_text="The lines as read; emptied once they are taken over."),
                ),
                ("applied_at", models.DateTimeField(blank=True, null=True, verbose_name="diterapkan")),
                ("created", models.PositiveIntegerField(default=0, verbose_name="akun baru")),
                ("changed", models.PositiveIntegerField(default=0, verbose_name="akun diubah")),
            ],
            options={
                "verbose_name": "impor pengguna",
                "verbose_name_plural": "impor pengguna",
                "ordering": ("-at",),
            },
        ),
        migrations.CreateModel(
            name="Registration",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "nip",
                    models.CharField(
                        blank=True,
                        help_text="As it was asked with; only an account that is open has it.",
                        max_length=18,
                        verbose_name="NIP",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="diminta")),
                ("confirmed_at", models.DateTimeField(blank=True, null=True, verbose_name="surel dikonfirmasi")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="diputuskan")),
                ("accepted", models.BooleanField(default=False, verbose_name="disetujui")),
            ],
            options={
                "verbose_name": "pendaftaran",
                "verbose_name_plural": "pendaftaran",
                "ordering": ("asked_at",),
            },
        ),
        migrations.AddField(
            model_name="user",
            name="erased_at",
            field=models.DateTimeField(
                blank=True,
                editable=False,
                help_text="Their personal data is gone; what they did stays (UU 27/2022).",
                null=True,
            ),
        ),
        migrations.AddField(
            model_name="user",
            name="oidc_subject",
            field=models.CharField(
                blank=True,
                editable=False,
                help_text="Who they are to single sign-on.",
                max_length=255,
                null=True,
                unique=True,
                verbose_name="identitas SSO",
            ),
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(("erased_at__isnull", True), ("is_active", False), _connector="OR"),
                name="who_was_erased_does_not_sign_in",
            ),
        ),
        migrations.AddField(
            model_name="peopleimport",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="decided_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="registration",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="registration",
                to=settings.AUTH_USER_MODEL,
                verbose_name="pengguna",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("accepted", False), ("decided_at__isnull", True), ("decided_by__isnull", True)),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="registration_decided_has_its_person",
            ),
        ),
        migrations.AddConstraint(
            model_name="registration",
            constraint=models.CheckConstraint(
                condition=models.Q(("accepted", False), ("confirmed_at__isnull", False), _connector="OR"),
                name="registration_is_confirmed_first",
            ),
        ),
    ]
