"""From here on the database refuses a run without its limit or verdict."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("tickets", "0005_runs_have_their_limits")]

    operations = [
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("left_at__isnull", True), ("verdict", ""), ("worked_minutes__isnull", True)),
                    models.Q(
                        ("left_at__isnull", False),
                        ("next_rung_at__isnull", True),
                        ("worked_minutes__isnull", False),
                        models.Q(("verdict", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="run_left_has_its_verdict",
            ),
        ),
        migrations.AddConstraint(
            model_name="steprun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("budget_minutes__isnull", True), ("due_at__isnull", True), ("limit_kind", "none")),
                    models.Q(("budget_minutes__isnull", True), ("due_at__isnull", True), ("limit_kind", "tentative")),
                    models.Q(
                        models.Q(("limit_kind", "none"), _negated=True),
                        ("budget_minutes__isnull", False),
                        ("due_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="run_with_a_limit_has_its_due_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="ticket",
            constraint=models.CheckConstraint(
                condition=models.Q(("confirm_by__isnull", True), ("state", "menunggu-konfirmasi"), _connector="OR"),
                name="only_what_awaits_confirmation_has_its_limit",
            ),
        ),
    ]
