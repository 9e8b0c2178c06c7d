"""Indexes in the order of the lists: of one state, of one OPD, of what somebody has worked on."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0008_sums_of_what_was_left")]

    operations = [
        migrations.AddIndex("ticket", models.Index(fields=["state", "-updated_at"], name="ticket_by_state")),
        migrations.AddIndex("ticket", models.Index(fields=["unit", "-updated_at"], name="ticket_by_unit")),
        migrations.AddIndex(
            "steprun", models.Index(fields=["ticket", "performer"], name="runs_by_ticket_and_performer")
        ),
    ]
