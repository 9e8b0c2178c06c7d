"""The system check refuses an unsound table of every kind, and names the row."""

from dataclasses import replace
from typing import Any

import pytest

from workflows import checks, sops
from workflows.roles import Role
from workflows.sop import END, Arrow, Automatic, Days, Given, Minutes, Sop, Step

WEBSITE = sops.get("website-2024")


def with_row(no: int, **changes: Any) -> Sop:
    """The website SOP with one row changed."""
    return replace(WEBSITE, steps=tuple(replace(s, **changes) if s.no == no else s for s in WEBSITE.steps))


def with_rows(*steps: Step) -> Sop:
    return replace(WEBSITE, steps=steps)


def without_fields(no: int) -> Sop:
    """The website SOP with a new artefact in one row that asks for nothing."""
    bare = replace(WEBSITE.evidence, key="surat", fields={}, enough=None)
    return with_row(no, requires=(*WEBSITE.step(no).requires, bare))


def without_output_fields(no: int) -> Sop:
    return with_row(no, produces=(replace(WEBSITE.evidence, key="surat", fields={}, enough=None),))


def another_artefact_of_the_same_key() -> Sop:
    return with_row(4, requires=(replace(WEBSITE.evidence, key="analisis"),))


UNSOUND = {
    "an unknown target": (with_row(4, arrows=(Arrow("Teruskan", to=12),)), "leads to 12"),
    "an unknown end": (with_row(4, arrows=(Arrow("Teruskan", to="selesai"),)), "leads to selesai"),
    "a reopening to an unknown row": (replace(WEBSITE, reopen=replace(WEBSITE.reopen, to=12)), "reopening leads to 12"),
    "an unreachable row": (with_row(3, arrows=(Arrow("Lompat", to=5),)), "website-2024.4: no way from the first row"),
    "a row with no way to the end": (
        with_rows(*WEBSITE.steps[:8], replace(WEBSITE.step(9), arrows=(Arrow("Ulangi", to=3),))),
        "website-2024.9: no way leads from here to an end",
    ),
    "a row without an arrow": (with_row(9, arrows=()), "website-2024.9: no arrow"),
    "a number that stands twice": (with_rows(*WEBSITE.steps, WEBSITE.step(9)), "row 9 stands twice"),
    "two arrows to one row": (
        with_row(9, arrows=(Arrow("Selesai", to=END), Arrow("Tuntas", to=END))),
        "website-2024.9: two arrows lead to",
    ),
    "two artefacts of one key": (another_artefact_of_the_same_key(), "share the key analisis"),
    "a performer without a column": (with_row(4, performer=Role.NETWORK_ADMINISTRATOR), "has no column"),
    "a limit of zero minutes": (with_row(3, limit=Minutes(0)), "the limit is not positive"),
    "a limit of less than a day": (with_row(4, limit=Days(-1)), "the limit is not positive"),
    "an input without a form field": (without_fields(4), "input surat has no form field"),
    "an output without a form field": (without_output_fields(4), "output surat has no form field"),
    "an arrow that depends on a field nobody fills in": (
        with_row(4, arrows=(Arrow("Lanjut", to=5, only_if=Given("analisis", "warna", ("merah",))),)),
        "depends on a field",
    ),
    "automatic arrows without an otherwise": (
        with_row(5, arrows=(Arrow("Laporkan", to=6, automatic=Automatic("selalu", rule=lambda record: True)),)),
        "automatic arrows need exactly one",
    ),
    "two ways that apply otherwise": (
        with_row(5, arrows=tuple(Arrow("Laporkan", to=to, automatic=Automatic("selain itu")) for to in (6, 9))),
        "automatic arrows need exactly one",
    ),
    "an automatic arrow beside one that is chosen": (
        with_row(5, arrows=(Arrow("Laporkan", to=6, automatic=Automatic("selain itu")), Arrow("Pilih", to=9))),
        "automatic arrows need exactly one",
    ),
}


@pytest.fixture
def check(monkeypatch):
    """What the system check says when these are the SOPs in force."""

    def run(*found: Sop) -> list[str]:
        monkeypatch.setattr(sops, "all_sops", lambda: {str(index): sop for index, sop in enumerate(found)})
        return [message.msg for message in checks.sop_tables_are_sound(None)]

    return run


@pytest.mark.parametrize("fault", UNSOUND)
def test_an_unsound_table_is_refused(check, fault: str):
    sop, sentence = UNSOUND[fault]

    problems = check(sop)

    assert any(sentence in problem for problem in problems), problems


def test_the_tables_in_force_are_sound():
    assert checks.sop_tables_are_sound(None) == []


def test_two_current_issues_of_one_procedure_are_refused(check):
    problems = check(WEBSITE, replace(WEBSITE, key="website-2027"))

    assert problems == ["procedure website has two current issues"]


def test_an_earlier_issue_may_stay_beside_the_current_one(check):
    problems = check(WEBSITE, replace(WEBSITE, key="website-2020", is_current=False))

    assert problems == []


def test_two_files_with_one_key_are_refused(settings):
    settings.SOP_PACKAGES = ["workflows.sops", "workflows.sops"]

    with pytest.raises(ValueError, match="the SOP key spj-online is taken"):
        sops.all_sops.__wrapped__()
