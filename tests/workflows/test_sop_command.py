"""manage.py sop: what it prints is the table, and the diagram is django-fsm's own."""

import json
import re
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command

DATA = Path(__file__).parent.parent / "data"
PROCEDURES = {"website": "website-2024", "spj_online": "spj-online"}


def told(procedure: str) -> dict[str, Any]:
    return yaml.safe_load((DATA / f"{procedure}.yaml").read_text(encoding="utf-8"))


def run(*words: str) -> str:
    out = StringIO()
    call_command("sop", *words, stdout=out)
    return out.getvalue()


def graph_edges(key: str) -> set[tuple[Any, Any, str]]:
    """The edges of the printed diagram in the words of the transcription: row numbers, `start`, `end`."""

    def place(state: str) -> int | str:
        if state == "start":
            return state
        row = re.fullmatch(rf"{re.escape(key)}\.(\d+)", state)
        assert row or state in ("menunggu-konfirmasi", "tidak-diproses"), state
        return int(row[1]) if row else "end"

    edges = re.findall(r'^  "(.+?)" -> "(.+?)"(?: \[label="(.*?)", style=\w+\])?;$', run("graph", key), re.MULTILINE)
    return {(place(source), place(target), label) for source, target, label in edges}


def test_list_names_every_sop():
    lines = run("list").splitlines()

    assert [(line.split()[0], re.search(r"(\d+) rows", line)[1]) for line in lines] == [
        ("spj-online", "7"),
        ("website-2024", "9"),
    ]
    assert "555/385/Diskominfotik/2024" in lines[1]


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_export_gives_every_row_of_the_transcription(procedure: str):
    exported = json.loads(run("export", PROCEDURES[procedure]))

    wanted = [
        {
            "no": row["num"],
            **{cell: row["normalised"][cell] for cell in ("activity", "kelengkapan", "waktu", "output", "keterangan")},
            "performer": row["role"],
            "report_to": row["report_to"],
            "limit": {
                "kind": row["duration"]["kind"],
                "amount": row["duration"].get("amount"),
                "extendable": row["duration"].get("extendable", False),
            },
        }
        for row in told(procedure)["steps"]
    ]
    assert [{key: step[key] for key in wanted[0]} for step in exported["steps"]] == wanted
    assert (exported["key"], exported["number"], exported["title"]) == (
        PROCEDURES[procedure],
        told(procedure)["identity"]["number"]["normalised"],
        told(procedure)["identity"]["title"]["normalised"],
    )


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_export_gives_every_arrow_of_the_transcription_in_order(procedure: str):
    exported = json.loads(run("export", procedure))

    wanted = [
        {
            "from": arrow["from"],
            "to": arrow["to"],
            "label": arrow.get("label", ""),
            "reason_required": arrow.get("reason_required", False),
            "new_round": arrow.get("new_round", False),
            "origin": arrow["origin"],
            "automatic": arrow.get("automatic"),
            "enabled": arrow.get("enabled_by_default", True),
        }
        for arrow in told(procedure)["transitions"]
    ]
    assert [{key: arrow[key] for key in wanted[0]} for arrow in exported["arrows"]] == wanted


@pytest.mark.parametrize("procedure", PROCEDURES)
def test_the_graph_of_the_registered_transitions_is_the_transcription(procedure: str):
    edges = graph_edges(PROCEDURES[procedure])

    assert edges == {(arrow["from"], arrow["to"], arrow.get("label", "")) for arrow in told(procedure)["transitions"]}


@pytest.mark.parametrize("word", ["spj-online", "spj_online"])
def test_an_sop_is_found_by_its_key_and_by_its_procedure(word: str):
    assert json.loads(run("export", word))["key"] == "spj-online"


@pytest.mark.parametrize("verb", ["export", "graph"])
def test_an_unknown_sop_is_answered_with_those_there_are(verb: str):
    with pytest.raises(CommandError, match=r"no SOP 'absensi'\. Known are: spj-online, website-2024\."):
        run(verb, "absensi")
