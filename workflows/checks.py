"""System checks: SOPDesk does not start with an unsound SOP table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error, register

from workflows import sops


@register("sops")
def sop_tables_are_sound(app_configs: Sequence[Any] | None, **kwargs: Any) -> list[CheckMessage]:
    """Every problem of every table is an error that names the row."""
    problems = [problem for sop in sops.all_sops().values() for problem in sop.problems()]
    procedures = [sop.procedure for sop in sops.current()]
    problems += [
        f"procedure {name} has two current issues" for name in {n for n in procedures if procedures.count(n) > 1}
    ]
    return [Error(problem, id="workflows.E001") for problem in problems]
