"""What a signed SOP is: an identity block, a table of rows with arrows, and an annex.

An SOP file (`workflows/sops/`) builds one `Sop` and reads like its table. The same object drives the state machine,
the rights, the forms, the printed sheet and the diagram. Everything here is frozen; `Sop.problems()` lists what is
unsound about a table, and a system check refuses to start with any (see `workflows.checks`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from typing import Any, Final

from django import forms

from workflows.record import Answers, Record
from workflows.roles import Party, Role
from workflows.worktime import Calendar

MENUNGGU_KONFIRMASI: Final = "menunggu-konfirmasi"
SELESAI: Final = "selesai"
TIDAK_DIPROSES: Final = "tidak-diproses"
#: Tied to another report of the same fault, whose way it follows (SPJ Online, S-7).
MENGIKUTI: Final = "mengikuti"

#: Where an arrow leads that leaves the table: the reporter is asked, or the report is not taken up.
END: Final = MENUNGGU_KONFIRMASI
NOT_PROCESSED: Final = TIDAK_DIPROSES
ENDS: Final = (END, NOT_PROCESSED)


class Text(str):
    """Words of the document: spelling put right for screen and print; in `source` as the document has them."""

    source: str

    def __new__(cls, normalised: str, source: str | None = None) -> Text:
        text = super().__new__(cls, normalised)
        text.source = normalised if source is None else source
        return text

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # copied and pickled with its source
        return str(self), self.source


class Origin(StrEnum):
    """Where an arrow comes from: the order of the rows, the document's words, or practice (a noted deviation)."""

    SEQUENCE = "sequence"
    IMPLIED = "implied"
    PROPOSED = "proposed"


class Shape(StrEnum):
    """The symbol that a row has in the printed flowchart."""

    START = "terminator_start"
    PROCESS = "process"
    END = "terminator_end"


class Kind(StrEnum):
    """Whether a Pelaksana column names one person or a team whose members take tasks."""

    PERSON = "person"
    TEAM = "team"


@dataclass(frozen=True)
class NoLimit:
    """Waktu is blank: measured, never late."""

    kind = "none"
    amount: None = None
    extendable: bool = False

    def budget(self, entered: datetime, calendar: Calendar) -> None:
        """There is none."""


@dataclass(frozen=True)
class Minutes:
    """So many minutes of working time."""

    amount: int
    extendable: bool = False
    kind = "working_minutes"

    def budget(self, entered: datetime, calendar: Calendar) -> float:
        """Working minutes that a run has which enters its row at an instant."""
        return self.amount


@dataclass(frozen=True)
class Days:
    """*n hari*: up to the close of the n-th working day after the day of arrival."""

    amount: int
    extendable: bool = False
    kind = "working_days"

    def budget(self, entered: datetime, calendar: Calendar) -> float:
        """Working minutes up to the close of the n-th working day after the day of arrival, which is not counted."""
        return calendar.between(entered, calendar.close_of_nth_day(entered, self.amount))


@dataclass(frozen=True)
class Tentative:
    """An estimate that the performer must give, not a limit."""

    kind = "tentative"
    amount: None = None
    extendable: bool = False

    def budget(self, entered: datetime, calendar: Calendar) -> None:
        """None until the performer gives an estimate."""


Limit = NoLimit | Minutes | Days | Tentative


@dataclass(frozen=True, eq=False)
class Artefact:
    """One thing of the columns Kelengkapan and Output, with the form fields that ask for it.

    `fields` are plain Django form fields by name (see `workflows.inputs`). `generate` marks what nobody types: it makes
    the artefact's values from the record. `enough` says why given values do not satisfy the document's rule, if so.
    """

    key: str
    label: str
    rule: str
    fields: Mapping[str, forms.Field] = field(default_factory=dict)
    generate: Callable[[Record], dict[str, Any]] | None = None
    enough: Callable[[Mapping[str, Any]], str] | None = None


@dataclass(frozen=True)
class Given:
    """Holds when the record's answer to `question` is one of `answers`."""

    artefact: str
    question: str
    answers: tuple[str, ...]

    def holds(self, record: Record) -> bool:
        return record.value(self.artefact, self.question) in self.answers


@dataclass(frozen=True)
class Automatic:
    """An arrow taken by the record, without asking; `says` is the rule in words. No `rule`: if no other applies."""

    says: str
    rule: Callable[[Record], bool] | None = None


@dataclass(frozen=True)
class Arrow:
    """A way on from a row: a button, and where it leads. Chosen by the performer of the row, unless `automatic`.

    `button` is what the button says where the label of the flowchart names a branch and no act.
    """

    label: str
    to: int | str
    when: str = ""
    only_if: Given | None = None
    automatic: Automatic | None = None
    reason_required: bool = False
    new_round: bool = False
    enabled: bool = True
    origin: Origin = Origin.SEQUENCE
    decided_by: tuple[Role | Party, ...] = ()
    button: str = ""

    @property
    def act(self) -> str:
        """The words on the button."""
        return self.button or self.label

    @property
    def key(self) -> str:
        """What a form posts to choose this arrow; unique among the arrows of a row."""
        return str(self.to)

    @property
    def ends(self) -> bool:
        return self.to in ENDS


@dataclass(frozen=True)
class Step:
    """One row, in the order of the table's columns; what the machine reads stands below the cell that says it.

    `brings` is Kelengkapan that no earlier row gives: its performer enters it, anew at each visit.
    """

    no: int
    activity: Text
    performer: Role
    kelengkapan: Text
    requires: tuple[Artefact, ...]
    waktu: Text
    limit: Limit
    output: Text
    produces: tuple[Artefact, ...]
    keterangan: Text
    arrows: tuple[Arrow, ...]
    brings: tuple[Artefact, ...] = ()
    report_to: tuple[Role, ...] = ()
    report_to_origin: str = ""
    also_inform: tuple[Role, ...] = ()
    counterpart: Role | Party | None = None
    shape: Shape = Shape.PROCESS
    branch: str = ""
    decides: bool = False
    recaps: bool = False  # reports of one fault are tied together up to here (SPJ Online, S-7)
    basis: str = ""
    confidence: str = "high"
    open_points: tuple[str, ...] = ()

    @property
    def automatic(self) -> bool:
        """Whether the record, not the performer, chooses the arrow (website, row 5)."""
        return any(arrow.automatic for arrow in self.arrows)

    @property
    def passes_on(self) -> tuple[Artefact, ...]:
        """What this row leaves with because it came with it; it may add to it and need not give it again."""
        return tuple(artefact for artefact in self.produces if artefact in self.requires)

    def arrow(self, key: str) -> Arrow | None:
        """The arrow a form chose by its `Arrow.key`, or None."""
        return next((arrow for arrow in self.arrows if arrow.key == key), None)

    def follow(self, record: Record) -> Arrow:
        """The automatic arrow that the record leads to."""
        ruled = (arrow for arrow in self.arrows if arrow.automatic and arrow.automatic.rule)
        otherwise = next(arrow for arrow in self.arrows if arrow.automatic and not arrow.automatic.rule)
        return next((arrow for arrow in ruled if arrow.automatic.rule(record)), otherwise)  # type: ignore[union-attr,misc]  # both narrowed by `ruled`


@dataclass(frozen=True)
class Approval:
    """Who made the SOP valid; blank until the signed copy is entered."""

    position: str = ""
    name: str = ""
    nip: str = ""
    rank: str = ""


@dataclass(frozen=True)
class Identity:
    """The identity block on page 1."""

    unit: Text
    organisation: Text
    title: Text
    number: Text = Text("")
    created: date | None = None
    revised: date | None = None
    effective: date | None = None
    approved_by: Approval | None = None
    number_label: str = "No. SOP"
    title_label: str = "Nama SOP"

    @property
    def is_approved(self) -> bool:
        return self.approved_by is not None and self.effective is not None


@dataclass(frozen=True)
class Qualification:
    """Kualifikasi Pelaksana of one role."""

    role: Role
    name: Text
    items: tuple[Text, ...]


@dataclass(frozen=True)
class Column:
    """A Pelaksana column of the table."""

    role: Role
    name: Text
    kind: Kind


@dataclass(frozen=True)
class Annex:
    """Lampiran: the procedure told once more in sentences."""

    title: Text
    items: tuple[Text, ...]
    section: Text = Text("")


@dataclass(frozen=True)
class OpenPoint:
    """A question that the document leaves open (W-n, S-n), how it is read here, and how else it could be."""

    key: str
    question: str
    reading: str
    alternatives: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Sop:
    """One issue of an SOP. A ticket keeps the issue it was opened under; an issue is replaced, never edited."""

    key: str
    procedure: str
    service: Text
    tagline: str
    prefix: str
    identity: Identity
    legal_basis: tuple[Text, ...]
    qualifications: tuple[Qualification, ...]
    summary: Text
    equipment: tuple[Text, ...]
    warnings: tuple[Text, ...]
    record_keeping: Text
    columns: tuple[Column, ...]
    evidence: Artefact
    steps: tuple[Step, ...]
    reopen: Arrow
    annex: Annex
    warnings_intro: Text = Text("")
    table_title: Text = Text("")
    table_section: Text = Text("")
    column_numbers: bool = False
    reports_on_closing: bool = False  # a Laporan Penyelesaian Masalah is made for every case that is closed
    open_points: tuple[OpenPoint, ...] = ()
    is_current: bool = True

    @property
    def title(self) -> str:
        return self.identity.title

    @property
    def first(self) -> Step:
        return self.steps[0]

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """The performers, in the order of the columns."""
        return tuple(column.role for column in self.columns)

    @property
    def all_roles(self) -> tuple[Role, ...]:
        """The performers, and Kepala Bidang, who performs no row."""
        return (*self.roles, Role.KEPALA_BIDANG_APTIKA)

    @cached_property
    def coordinators(self) -> tuple[Role, ...]:
        """The office's side of `reopen.decided_by`: they may reopen, file for others and hand over."""
        return tuple(party for party in self.reopen.decided_by if isinstance(party, Role))

    @property
    def coordinators_called(self) -> str:
        """Who coordinates, as the office calls them: for a sentence, "Hanya … yang dapat menyerahkan tugas."."""
        return " atau ".join(role.label for role in self.coordinators)

    @cached_property
    def recap(self) -> Step | None:
        """The row that makes a recap of the reports of one fault, if there is one."""
        return next((step for step in self.steps if step.recaps), None)

    @cached_property
    def tying_rows(self) -> tuple[str, ...]:
        """The states in which a report may be tied to another: on the rows up to the recap."""
        return tuple(self.row(step.no) for step in self.steps if self.recap and step.no <= self.recap.no)

    @cached_property
    def _by_no(self) -> dict[int, Step]:
        return {step.no: step for step in self.steps}

    def step(self, no: int) -> Step:
        """The row with this number. Raises KeyError."""
        return self._by_no[no]

    def row(self, no: int) -> str:
        """The state of a ticket that stands on this row: `website-2024.2`."""
        return f"{self.key}.{no}"

    def state_after(self, arrow: Arrow) -> str:
        """The state that an arrow leads to: a row of this SOP or an end state."""
        return self.row(arrow.to) if isinstance(arrow.to, int) else arrow.to

    def is_enabled(self, step: Step, arrow: Arrow, *, switched_on: frozenset[str] = frozenset()) -> bool:
        """Whether an arrow may be taken: by the document, or because the office switched it on (`spj-online.5>end`)."""
        return arrow.enabled or self.switch(step, arrow) in switched_on

    def switch(self, step: Step, arrow: Arrow) -> str:
        """The name of an arrow in the office's settings: `spj-online.5>end`."""
        return f"{self.row(step.no)}>{'end' if arrow.ends else arrow.to}"

    def artefacts(self) -> Iterator[Artefact]:
        """Every artefact of the table, once, in the order of its first mention."""
        seen: set[str] = set()
        for step in self.steps:
            for artefact in (*step.requires, *step.produces):
                if artefact.key not in seen:
                    seen.add(artefact.key)
                    yield artefact

    def outdated_from(self, no: int) -> frozenset[str]:
        """Keys of what a new round that begins at this row must give anew: the Output from there on.

        What the row itself requires stays, and so does the evidence.
        """
        kept = {self.evidence.key, *(artefact.key for artefact in self.step(no).requires)}
        return frozenset(a.key for step in self.steps if step.no >= no for a in step.produces) - kept

    def shared(self, given: Answers) -> dict[str, Mapping[str, Any]]:
        """Of what a case was given, that which holds for the reports tied to it too: what came from the recap on."""
        later = [step for step in self.steps if self.recap and step.no >= self.recap.no]
        keys = {artefact.key for step in later for artefact in (*step.requires, *step.produces)} - {self.evidence.key}
        return {key: values for key, values in given.items() if key in keys}

    def problems(self) -> list[str]:
        """What is unsound about this table, one English sentence each; an empty list for a sound one."""
        return [*self._key_problems(), *self._row_problems(), *self._input_problems(), *self._way_problems()]

    def _key_problems(self) -> Iterator[str]:
        numbers = [step.no for step in self.steps]
        for no in sorted({no for no in numbers if numbers.count(no) > 1}):
            yield f"{self.key}: row {no} stands twice"
        for step in self.steps:
            keys = [arrow.key for arrow in step.arrows]
            for key in sorted({key for key in keys if keys.count(key) > 1}):
                yield f"{self.row(step.no)}: two arrows lead to {key}"
        by_key: dict[str, Artefact] = {}
        for artefact in (a for step in self.steps for a in (*step.requires, *step.produces)):
            if by_key.setdefault(artefact.key, artefact) is not artefact:
                yield f"{self.key}: two artefacts share the key {artefact.key}"

    def _row_problems(self) -> Iterator[str]:
        for step in self.steps:
            if step.performer not in self.roles:
                yield f"{self.row(step.no)}: performer {step.performer.value} has no column"
            if isinstance(step.limit, Minutes | Days) and step.limit.amount <= 0:
                yield f"{self.row(step.no)}: the limit is not positive"
            if not step.arrows:
                yield f"{self.row(step.no)}: no arrow leaves this row"
            ruled = [bool(arrow.automatic and arrow.automatic.rule) for arrow in step.arrows if arrow.automatic]
            if ruled and (len(ruled) != len(step.arrows) or ruled.count(False) != 1):
                yield f"{self.row(step.no)}: automatic arrows need exactly one that applies otherwise, and no others"

    def _input_problems(self) -> Iterator[str]:
        for step in self.steps:
            for artefact in step.produces:
                if not artefact.fields and not artefact.generate:
                    yield f"{self.row(step.no)}: output {artefact.key} has no form field"
            for artefact in step.requires:
                if not artefact.fields and not artefact.generate:
                    yield f"{self.row(step.no)}: input {artefact.key} has no form field"
                elif not artefact.generate and not self._is_supplied(artefact, step):
                    yield f"{self.row(step.no)}: input {artefact.key} comes from nowhere"
            for arrow in step.arrows:
                if arrow.only_if and not self._asks(arrow.only_if):
                    yield f"{self.row(step.no)}: arrow to {arrow.key} depends on a field that no artefact has"

    def _is_supplied(self, artefact: Artefact, to: Step) -> bool:
        """Whether the report, an earlier row's Output or somebody's `brings` gives what a row requires."""
        earlier = [step for step in self.steps if step.no < to.no]
        return (
            artefact is self.evidence
            or artefact in to.brings
            or any(artefact in (*step.produces, *step.brings) for step in earlier)
        )

    def _asks(self, given: Given) -> bool:
        return any(a.key == given.artefact and given.question in a.fields for a in self.artefacts())

    def _way_problems(self) -> Iterator[str]:
        targets = {step.no: {arrow.to for arrow in step.arrows} for step in self.steps}
        for step in self.steps:
            for to in sorted(targets[step.no], key=str):
                if to not in targets and to not in ENDS:
                    yield f"{self.row(step.no)}: an arrow leads to {to}, which is no row and no end"
        if self.reopen.to not in targets:
            yield f"{self.key}: reopening leads to {self.reopen.to}, which is no row"
        reached = _closure({self.first.no}, targets)
        for no in sorted(set(targets) - reached):
            yield f"{self.row(no)}: no way from the first row leads here"
        backwards: dict[int, set[int | str]] = {no: set() for no in targets}
        for no, ways in targets.items():
            for to in ways & set(targets):
                backwards[to].add(no)  # type: ignore[index]  # intersected with the row numbers
        leads_out = _closure({no for no, ways in targets.items() if ways & set(ENDS)}, backwards)
        for no in sorted(set(targets) - leads_out):
            yield f"{self.row(no)}: no way leads from here to an end"


def _closure(start: set[int], ways: Mapping[int, set[int | str]]) -> set[int]:
    """All row numbers that can be reached from `start`."""
    reached, waiting = set(start), list(start)
    while waiting:
        for to in ways.get(waiting.pop(), set()):
            if isinstance(to, int) and to in ways and to not in reached:
                reached.add(to)
                waiting.append(to)
    return reached
