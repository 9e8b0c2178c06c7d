"""System checks: SOPDesk does not start with an unsound SOP table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from workflows import sops
from workflows.roles import Role


@register("sops")
def sop_tables_are_sound(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every problem of every table is an error that names the row."""
    problems = [problem for sop in sops.all_sops().values() for problem in sop.problems()]
    procedures = [sop.procedure for sop in sops.current()]
    problems += [
        f"procedure {name} has two current issues" for name in {n for n in procedures if procedures.count(n) > 1}
    ]
    return [Error(problem, id="workflows.E001") for problem in problems]


@register("sops")
def labels_are_of_roles(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """A label that SOPDESK_ROLE_LABELS gives to a role there is none of would be seen nowhere."""
    known = ", ".join(Role.values)
    return [
        Error(f"SOPDESK_ROLE_LABELS names {name!r}, which is no role.", hint=f"Roles: {known}.", id="workflows.E003")
        for name in sorted(set(settings.ROLE_LABELS) - set(Role.values))
    ]


@register("sops")
def switched_on_arrows_exist(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """An arrow that SOPDESK_ENABLED_ARROWS names and no SOP has would stay off in silence."""
    known = {sop.switch(step, arrow) for sop in sops.all_sops().values() for step in sop.steps for arrow in step.arrows}
    return [
        Error(f"SOPDESK_ENABLED_ARROWS names {name!r}, which no SOP has.", id="workflows.E002")
        for name in sorted(settings.SOPDESK_ENABLED_ARROWS - known)
    ]
