"""manage.py sop list | export KEY | graph KEY: the SOPs as the program has them."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django_fsm import GET_STATE

from workflows import sops
from workflows.sop import ENDS, MENGIKUTI, Arrow, Origin, Sop, Step, Text

STYLES = {Origin.SEQUENCE: "solid", Origin.IMPLIED: "dashed", Origin.PROPOSED: "dotted"}


class Command(BaseCommand):
    help = "List the SOPs, print one as JSON, or print its diagram from the registered transitions (Graphviz)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        verbs.add_parser("list", help="key, number, rows and title of every SOP")
        for verb, words in (("export", "the whole SOP as JSON"), ("graph", "its state diagram as Graphviz DOT")):
            verbs.add_parser(verb, help=words).add_argument("key", help="key of an SOP, or its procedure")

    def handle(self, *args: Any, verb: str, key: str = "", **options: Any) -> None:
        if verb == "list":
            for sop in sops.all_sops().values():
                number = sop.identity.number or "(no number)"
                self.stdout.write(f"{sop.key:<16} {number:<28} {len(sop.steps):>2} rows  {sop.title}")
        elif verb == "export":
            self.stdout.write(json.dumps(exported(named(key)), ensure_ascii=False, indent=2))
        else:
            self.stdout.write("\n".join(drawn(named(key))))


def named(word: str) -> Sop:
    """The SOP with this key, or the current issue of this procedure (`spj_online` or `spj-online`)."""
    try:
        return sops.all_sops().get(word) or sops.for_procedure(word.replace("-", "_"))
    except KeyError:
        raise CommandError(f"There is no SOP {word!r}. Known are: {', '.join(sops.all_sops())}.") from None


def exported(sop: Sop) -> dict[str, Any]:
    """An SOP in plain values; words that the document spells otherwise stand under `source` as well."""
    identity = sop.identity
    approval = identity.approved_by
    return {
        "key": sop.key,
        "procedure": sop.procedure,
        "number": identity.number or None,
        "title": sop.title,
        "service": sop.service,
        "prefix": sop.prefix,
        "identity": {
            "unit": identity.unit,
            "organisation": identity.organisation,
            "created": identity.created and identity.created.isoformat(),
            "revised": identity.revised and identity.revised.isoformat(),
            "effective": identity.effective and identity.effective.isoformat(),
            "approved_by": approval and {"position": approval.position, "name": approval.name, "nip": approval.nip},
            "source": {name: getattr(identity, name).source for name in ("unit", "organisation", "title", "number")},
        },
        "legal_basis": words(sop.legal_basis),
        "qualifications": [
            {"role": item.role.value, "name": item.name, "items": words(item.items)} for item in sop.qualifications
        ],
        "summary": word(sop.summary),
        "equipment": words(sop.equipment),
        "warnings": {"intro": word(sop.warnings_intro), "items": words(sop.warnings)},
        "record_keeping": word(sop.record_keeping),
        "table": {"title": word(sop.table_title), "section": word(sop.table_section)},
        "performers": [
            {"role": column.role.value, "name": column.name, "kind": column.kind.value} for column in sop.columns
        ],
        "artefacts": [
            {
                "key": artefact.key,
                "label": artefact.label,
                "rule": artefact.rule,
                "fields": {name: str(field.label) for name, field in artefact.fields.items()},
                "generated": artefact.generate is not None,
            }
            for artefact in sop.artefacts()
        ],
        "steps": [exported_step(step) for step in sop.steps],
        "arrows": list(exported_arrows(sop)),
        "annex": {
            "title": word(sop.annex.title),
            "section": word(sop.annex.section),
            "items": words(sop.annex.items),
        },
        "open_points": [
            {
                "key": point.key,
                "question": point.question,
                "reading": point.reading,
                "alternatives": list(point.alternatives),
            }
            for point in sop.open_points
        ],
    }


def exported_step(step: Step) -> dict[str, Any]:
    cells = ("activity", "kelengkapan", "waktu", "output", "keterangan")
    return {
        "no": step.no,
        "activity": step.activity,
        "performer": step.performer.value,
        "kelengkapan": step.kelengkapan,
        "waktu": step.waktu,
        "output": step.output,
        "keterangan": step.keterangan,
        "report_to": [role.value for role in step.report_to],
        "limit": {"kind": step.limit.kind, "amount": step.limit.amount, "extendable": step.limit.extendable},
        "also_inform": [role.value for role in step.also_inform],
        "counterpart": step.counterpart and step.counterpart.value,
        "requires": [artefact.key for artefact in step.requires],
        "produces": [artefact.key for artefact in step.produces],
        "shape": step.shape.value,
        "decides": step.decides,
        "branch": step.branch or None,
        "open_points": list(step.open_points),
        "source": {cell: getattr(step, cell).source for cell in cells},
    }


def exported_arrows(sop: Sop) -> Iterator[dict[str, Any]]:
    """Every arrow in the order of the rows, between the way in and the way back."""
    yield {"from": "start", "to": sop.first.no, **exported_arrow(Arrow("", to=sop.first.no))}
    for step in sop.steps:
        for arrow in step.arrows:
            yield {"from": step.no, "to": "end" if arrow.ends else arrow.to, **exported_arrow(arrow)}
    yield {"from": "end", "to": sop.reopen.to, **exported_arrow(sop.reopen)}


def exported_arrow(arrow: Arrow) -> dict[str, Any]:
    return {
        "label": arrow.label,
        "when": arrow.when or None,
        "reason_required": arrow.reason_required,
        "new_round": arrow.new_round,
        "origin": arrow.origin.value,
        "automatic": arrow.automatic.says if arrow.automatic else None,
        "enabled": arrow.enabled,
        "decided_by": [party.value for party in arrow.decided_by],
    }


def word(text: Text) -> dict[str, str]:
    return {"text": text, "source": text.source}


def words(texts: tuple[Text, ...]) -> list[dict[str, str]]:
    return [word(text) for text in texts]


def drawn(sop: Sop) -> Iterator[str]:
    """The diagram of an SOP as Graphviz DOT. Its edges are what django-fsm has registered, not what the table says."""
    yield f"digraph {quoted(sop.key)} {{"
    yield '  node [shape=box, style=rounded, fontname="sans-serif"];'
    yield '  edge [fontname="sans-serif", fontsize=10];'
    yield '  "start" [shape=circle, label=""];'
    for step in sop.steps:
        yield f"  {quoted(sop.row(step.no))} [label={quoted(f'{step.no}. {step.activity}')}];"
    for end in ENDS:
        yield f'  {quoted(end)} [style="rounded,bold"];'
    yield f'  "start" -> {quoted(sop.row(sop.first.no))};'
    for source, target, arrow in registered(sop):
        yield f"  {quoted(source)} -> {quoted(target)} [label={quoted(arrow.label)}, style={STYLES[arrow.origin]}];"
    yield "}"


def registered(sop: Sop) -> Iterator[tuple[str, str, Arrow]]:
    """The transitions of the case model along the arrows of this SOP, as django-fsm knows them.

    To follow another case (S-7) is no arrow of the table.
    """
    model = apps.get_model(settings.SOP_CASE_MODEL)
    for transition in model._meta.get_field("state").get_all_transitions(model):
        step = transition.custom.get("step")
        if transition.source == MENGIKUTI or (step and transition.custom["sop"].key != sop.key):
            continue
        states = transition.target.allowed_states if isinstance(transition.target, GET_STATE) else [transition.target]
        arrows = {sop.state_after(arrow): arrow for arrow in (step.arrows if step else (sop.reopen,))}
        for state in map(str, states):
            if step or state in arrows:
                yield str(transition.source), state, arrows[state]


def quoted(text: str) -> str:
    """Text as a Graphviz identifier."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
