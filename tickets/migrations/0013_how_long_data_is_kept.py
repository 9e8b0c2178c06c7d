"""What was removed and why it may not be: erased files and texts, legal holds, views of files."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import tickets.storage


class Migration(migrations.Migration):
    dependencies = [
        ("tickets", "0012_security_incidents"),
    ]

    operations = [
        migrations.CreateModel(
            name="FileView",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(db_index=True)),
                (
                    "part",
                    models.CharField(
                        choices=[("utuh", "Utuh"), ("kecil", "Gambar kecil")], default="utuh", max_length=10
                    ),
                ),
                ("address", models.GenericIPAddressField(null=True)),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="LegalHold",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reason", models.CharField(max_length=500, verbose_name="alasan")),
                ("placed_at", models.DateTimeField(verbose_name="sejak")),
                ("lifted_at", models.DateTimeField(blank=True, null=True, verbose_name="dicabut")),
            ],
            options={
                "verbose_name": "penahanan data",
                "verbose_name_plural": "penahanan data",
                "ordering": ("-placed_at",),
            },
        ),
        migrations.CreateModel(
            name="RetentionRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(max_length=20, unique=True)),
                ("days", models.PositiveIntegerField(verbose_name="lama simpan (hari)")),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="document",
            name="document_made_is_whole",
        ),
        migrations.AddField(
            model_name="attachment",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, help_text="The file is gone (retention, or erasure); this row keeps its place.", null=True
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="erased_at",
            field=models.DateTimeField(
                blank=True, help_text="File and inputs are gone (erasure); number and SHA-256 stay.", null=True
            ),
        ),
        migrations.AddField(
            model_name="ticket",
            name="erased_at",
            field=models.DateTimeField(blank=True, help_text="Its text was removed: retention, or erasure.", null=True),
        ),
        migrations.AlterField(
            model_name="attachment",
            name="file",
            field=models.FileField(
                blank=True, max_length=120, storage=tickets.storage.private_files, upload_to=tickets.storage.stored_name
            ),
        ),
        migrations.AddConstraint(
            model_name="attachment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("erased_at__isnull", True), models.Q(("file", ""), _negated=True)),
                    models.Q(("erased_at__isnull", False), ("file", ""), ("thumbnail", "")),
                    _connector="OR",
                ),
                name="attachment_has_its_file_until_erased",
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
                        models.Q(models.Q(("pdf", ""), _negated=True), ("erased_at__isnull", False), _connector="OR"),
                    ),
                    _connector="OR",
                ),
                name="document_made_is_whole",
            ),
        ),
        migrations.AddField(
            model_name="fileview",
            name="attachment",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="views", to="tickets.attachment"
            ),
        ),
        migrations.AddField(
            model_name="fileview",
            name="document",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="views", to="tickets.document"
            ),
        ),
        migrations.AddField(
            model_name="fileview",
            name="person",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="lifted_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="placed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="legalhold",
            name="ticket",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="legal_holds",
                to="tickets.ticket",
                verbose_name="tiket",
            ),
        ),
        migrations.AddIndex(
            model_name="fileview",
            index=models.Index(fields=["attachment", "-at"], name="file_views_by_attachment"),
        ),
        migrations.AddIndex(
            model_name="fileview",
            index=models.Index(fields=["person", "-at"], name="file_views_by_person"),
        ),
        migrations.AddConstraint(
            model_name="fileview",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("attachment__isnull", False), ("document__isnull", True)),
                    models.Q(("attachment__isnull", True), ("document__isnull", False)),
                    _connector="OR",
                ),
                name="file_view_is_of_one_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at", None)), fields=("ticket",), name="one_legal_hold_at_a_time"
            ),
        ),
        migrations.AddConstraint(
            model_name="legalhold",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lifted_at__isnull", True), ("lifted_by__isnull", True)),
                    models.Q(("lifted_at__isnull", False), ("lifted_by__isnull", False)),
                    _connector="OR",
                ),
                name="legal_hold_lifted_has_its_person",
            ),
        ),
    ]
