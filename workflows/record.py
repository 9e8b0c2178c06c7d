"""What is on record about a case, as far as an SOP needs to know it. Knows no ticket."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

Answers = Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Record:
    """The artefacts given so far and the rows done in this round.

    `given` maps an artefact's key to its latest values; `fresh` are those of the act under way, not yet recorded.
    `headline` names the report in one line, for documents that list reports (SPJ Online, row 2); `tied` are those of
    the reports tied to it.
    """

    given: Answers = field(default_factory=dict)
    fresh: Answers = field(default_factory=dict)
    rows_done: frozenset[int] = frozenset()
    headline: str = ""
    tied: tuple[str, ...] = ()

    def with_answers(self, fresh: Answers) -> Record:
        """The record as it will be once these answers are recorded."""
        return replace(self, fresh=fresh)

    def values(self, artefact: str) -> Mapping[str, Any]:
        """The latest values of an artefact, those of this act first."""
        return self.fresh.get(artefact) or self.given.get(artefact) or {}

    def value(self, artefact: str, question: str) -> Any:
        """The latest answer to one question of an artefact, or None."""
        return self.values(artefact).get(question)

    def has(self, artefact: str) -> bool:
        """Whether the artefact is on record or given in this act."""
        return bool(self.values(artefact))

    def is_fresh(self, artefact: str) -> bool:
        """Whether the artefact is given in this act."""
        return bool(self.fresh.get(artefact))

    def has_done_any(self, rows: Iterable[int]) -> bool:
        """Whether any of these rows was completed in this round."""
        return not self.rows_done.isdisjoint(rows)
