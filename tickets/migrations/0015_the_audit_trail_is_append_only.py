"""The database refuses to change a row of the audit trail."""

from django.db import migrations

from tickets import triggers


class Migration(migrations.Migration):
    dependencies = [("tickets", "0014_restored_copies")]

    operations = [migrations.RunPython(triggers.create_for_audit, triggers.drop_for_audit)]
