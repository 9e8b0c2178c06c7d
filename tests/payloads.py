"""Thirty texts that try to become something else, and a way to put each of them wherever a text is kept (T20)."""

from __future__ import annotations

from itertools import cycle

from django.apps import apps
from django.db import models

#: Whatever runs, calls or asks this name has been fooled.
CANARY = "burungkenari"

PAYLOADS = (
    f"<script>{CANARY}()</script>",
    f"</script><script>{CANARY}()</script>",
    f"<img src=x onerror={CANARY}()>",
    f"<svg/onload={CANARY}()>",
    f'"><script>{CANARY}()</script>',
    f"'><img src=x onerror={CANARY}()>",
    f'" autofocus onfocus={CANARY}() x="',
    f"' onmouseover={CANARY}() x='",
    f"javascript:{CANARY}()",
    f"JaVaScRiPt:{CANARY}()",
    f"data:text/html,<script>{CANARY}()</script>",
    f"<iframe src=javascript:{CANARY}()>",
    f"<a href=javascript:{CANARY}()>klik</a>",
    f"<form action=//{CANARY}.invalid><button>x",
    f"<base href=//{CANARY}.invalid/>",
    f"<link rel=stylesheet href=//{CANARY}.invalid>",
    f"<style>@import'//{CANARY}.invalid'</style>",
    f"<meta http-equiv=refresh content=0;//{CANARY}.invalid>",
    f"<object data=//{CANARY}.invalid>",
    f"<textarea></textarea><img src=//{CANARY}.invalid/a>",
    f"</title><script>{CANARY}()</script>",
    f"--><script>{CANARY}()</script><!--",
    f"]]><script>{CANARY}()</script>",
    "{{ settings.SECRET_KEY }}{% debug %}" + CANARY,
    f"{{{{constructor.constructor('{CANARY}()')()}}}}",
    f'=HYPERLINK("//{CANARY}.invalid","klik")',
    f"+cmd|'/C {CANARY}'!A0",
    f"@SUM({CANARY})",
    f"-2+3+{CANARY}",
    f"baris\r\nBcc: {CANARY}@jahat.invalid\r\n\r\nisi",
)

#: Fields that hold no text of anybody: keys, states, digests, names of files and the like. Everything else is poisoned.
NOT_TEXT = {
    *("key", "state", "from_state", "to_state", "number", "procedure", "sop_key", "code", "event", "kind", "action"),
    *("role", "arrow", "hash", "previous_hash", "detail_digest", "salt", "sha256", "content_type", "edition", "prefix"),
    *("password", "email", "nip", "session_key", "session_data", "digest", "tracking_code", "oidc_subject", "token"),
    *("query", "completion_number", "sla_number", "hours", "agent"),
}
NOT_TABLES = {"Session", "Attempts", "Heartbeat", "NumberSequence", "RecoveryCode", "WorkingPeriod", "Export"}


def columns():
    """Every column that keeps a text somebody may have written, as (model, [field])."""
    for model in (*apps.get_app_config("tickets").get_models(), *apps.get_app_config("workflows").get_models()):
        if model.__name__ not in NOT_TABLES:
            fields = [field for field in model._meta.concrete_fields if _holds_text(field)]
            if fields:
                yield model, fields


def _holds_text(field):
    is_text = isinstance(field, (models.CharField, models.TextField))
    is_checked = isinstance(field, (models.EmailField, models.URLField))
    return is_text and not is_checked and not field.choices and field.name not in NOT_TEXT


def poison():
    """Put a payload into every text of every row, another in each row; what must differ, differs by its row.

    Past every form, as old data or a hole elsewhere might have: pages must cope with whatever is stored.
    """
    for model, fields in columns():
        if model.__name__ in ("AuditEntry", "HistoryEntry"):  # append-only
            continue
        for row, payload in zip(model._base_manager.order_by("pk").values_list("pk", flat=True), cycle(PAYLOADS)):
            changes = {field.name: _fitting(field, payload, row) for field in fields}
            model._base_manager.filter(pk=row).update(**changes)
    _poison_the_details()


def _fitting(field, payload, row):
    text = f"{row}{payload}" if field.unique else payload
    return text[: field.max_length] if field.max_length else text


def _poison_the_details():
    """The texts of acts: reasons, comments, answers; and the lines of lists that were read in."""
    details = apps.get_model("tickets", "EntryDetail").objects
    for entry, payload in zip(details.order_by("pk"), cycle(PAYLOADS)):
        told = {name: payload for name in ("reason", "text", "name", "label") if name in entry.body}
        answers = _poisoned(entry.body.get("answers", {}), payload)
        details.filter(pk=entry.pk).update(body=entry.body | told | {"answers": answers})
    tickets = apps.get_model("tickets", "Ticket").objects
    for ticket, payload in zip(tickets.order_by("pk"), cycle(PAYLOADS)):
        tickets.filter(pk=ticket.pk).update(given=_poisoned(ticket.given, payload))


def _poisoned(answers, payload):
    """Answers with a payload in each that is free text."""
    return {
        artefact: {
            question: payload if isinstance(value, str) and " " in value else value for question, value in given.items()
        }
        for artefact, given in answers.items()
    }
