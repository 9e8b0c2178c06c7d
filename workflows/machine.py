"""Binds the SOP tables to django-fsm: one registered transition per row of every SOP (DESIGN section 4).

The state of a case *is* its row. What differs between rows is data; what is common stands here once: who may complete
a row, what must be there, and where an arrow leads. The machine knows no ticket, only what `Case` says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from django.conf import settings
from django_fsm import GET_STATE, transition

from workflows import sops
from workflows.record import Record
from workflows.roles import Role
from workflows.sop import ENDS, MENGIKUTI, Arrow, Artefact, Sop, Step

# django-fsm types a transition's callables by Django's own models; the machine asks less of them than that, hence Any.


class Performer(Protocol):
    """A person, as far as a row asks."""

    def holds(self, role: Role | str, procedure: str) -> bool: ...


class Case(Protocol):
    """What walks through an SOP."""

    @property
    def sop(self) -> Sop: ...

    @property
    def step(self) -> Step | None: ...

    @property
    def record(self) -> Record: ...


def walks_the_sops(field: Any) -> Callable[[Any], Any]:
    """Make a method `complete_step(case, arrow)` the transition of every row: source, targets, right and conditions."""

    def register(method: Any) -> Any:
        for sop in sops.all_sops().values():
            for step in sop.steps:
                method = transition(
                    field=field,
                    source=sop.row(step.no),
                    target=GET_STATE(_target, states=[sop.state_after(arrow) for arrow in step.arrows]),
                    permission=_performs(sop, step),
                    conditions=[kelengkapan_present, output_given],
                    custom={"sop": sop, "step": step},
                )(method)
        return method

    return register


def reopens_the_sops(field: Any, source: str) -> Callable[[Any], Any]:
    """Make a method `reopen(case)` the transition from an end state to the row where each SOP takes a case up again."""
    states = [sop.state_after(sop.reopen) for sop in sops.all_sops().values()]
    target = GET_STATE(lambda case: case.sop.state_after(case.sop.reopen), states=states)
    register: Callable[[Any], Any] = transition(field=field, source=source, target=target, permission=_reopens)
    return register


def ties_the_sops(field: Any) -> Callable[[Any], Any]:
    """Make a method `tie(case, arrow)` the transition by which a case follows another, for who coordinates its SOP."""
    register: Callable[[Any], Any] = transition(
        field=field, source=_tying_rows(), target=MENGIKUTI, permission=_coordinates
    )
    return register


def unties_the_sops(field: Any) -> Callable[[Any], Any]:
    """Make a method `untie(case, arrow)` the transition from following back to the row that the case left for it."""
    target = GET_STATE(_target, states=_tying_rows())
    register: Callable[[Any], Any] = transition(field=field, source=MENGIKUTI, target=target, permission=_coordinates)
    return register


def follows_the_sops(field: Any) -> Callable[[Any], Any]:
    """Make a method `follow(case, arrow)` the transition from following to the end that the main case has come to."""
    target = GET_STATE(_target, states=ENDS)
    register: Callable[[Any], Any] = transition(field=field, source=MENGIKUTI, target=target)
    return register


def kelengkapan_present(case: Any) -> bool:
    """Everything the row requires is on record or given in this act."""
    return case.step is not None and not missing_requirements(case.step, case.record)


def output_given(case: Any) -> bool:
    """Everything the row produces is given in this act, or came with the row and is passed on."""
    return case.step is not None and not missing_outputs(case.step, case.record)


def missing_requirements(step: Step, record: Record) -> list[Artefact]:
    """Kelengkapan of a row that is not there. What is generated always is; what the performer brings is asked anew."""
    return [
        artefact
        for artefact in step.requires
        if not artefact.generate
        and not (record.is_fresh(artefact.key) if artefact in step.brings else record.has(artefact.key))
    ]


def missing_outputs(step: Step, record: Record) -> list[Artefact]:
    """Output of a row that is not there yet. What the row was given and passes on need not be given again."""
    return [
        artefact
        for artefact in step.produces
        if not record.is_fresh(artefact.key) and not (artefact in step.requires and record.has(artefact.key))
    ]


def open_arrows(sop: Sop, step: Step) -> list[Arrow]:
    """The arrows that may be taken here, as the office has set it (`SOPDESK_ENABLED_ARROWS`)."""
    return [arrow for arrow in step.arrows if sop.is_enabled(step, arrow, switched_on=settings.SOPDESK_ENABLED_ARROWS)]


def objections(sop: Sop, step: Step, record: Record, *, arrow: Arrow, reason: str) -> dict[str, str]:
    """Why a row cannot be left by this arrow with this record: a sentence in Indonesian by name of the form field."""
    found: dict[str, str] = {}
    for artefact in (*missing_requirements(step, record), *missing_outputs(step, record)):
        found[field_name(artefact, next(iter(artefact.fields), ""))] = f"{artefact.label} belum ada. Silakan lengkapi."
    for artefact in {a.key: a for a in (*step.requires, *step.produces)}.values():
        if artefact.enough and (sentence := artefact.enough(record.values(artefact.key))):
            found.setdefault(field_name(artefact, next(iter(artefact.fields))), sentence)
    if arrow not in open_arrows(sop, step):
        found["arrow"] = f"Tindakan “{arrow.act}” tidak diaktifkan oleh kantor."
    if arrow.only_if and not arrow.only_if.holds(record):
        asked_here = (a for a in step.produces if a.key == arrow.only_if.artefact)
        name = next((field_name(artefact, arrow.only_if.question) for artefact in asked_here), "arrow")
        found[name] = f"Tindakan “{arrow.act}” hanya untuk {arrow.when}. Sesuaikan pilihan ini atau tindakannya."
    if arrow.reason_required and not reason.strip():
        found["reason"] = f"Tindakan “{arrow.act}” memerlukan alasan. Silakan tuliskan."
    return found


def field_name(artefact: Artefact, question: str) -> str:
    """The name in a form of one question of an artefact."""
    return f"{artefact.key}-{question}"


def _target(case: Case, arrow: Arrow) -> str:
    return case.sop.state_after(arrow)


def _performs(sop: Sop, step: Step) -> Callable[[Any, Any], bool]:
    def performs(case: Case, person: Performer) -> bool:
        return person.holds(step.performer, sop.procedure)

    return performs


def _reopens(case: Any, person: Any) -> bool:
    """The reporter, or the office's side of `Sop.reopen.decided_by`."""
    return case.is_reported_by(person) or _coordinates(case, person)


def _coordinates(case: Any, person: Any) -> bool:
    return any(person.holds(role, case.sop.procedure) for role in case.sop.coordinators)


def _tying_rows() -> list[str]:
    return [row for sop in sops.all_sops().values() for row in sop.tying_rows]
