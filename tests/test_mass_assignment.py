"""No form takes more than it shows: each is sent once as a person sends it and once with every field of every model
added, and both leave the same rows (RELIABILITY T10)."""

import re
from datetime import date, timedelta

import pytest
import time_machine
from django.apps import apps
from django.db import connection, transaction

from tests import pages
from tests.factories import TUESDAY, WRITTEN_BY_LOOKING
from tests.test_access import ADMINISTRATOR, REPORTER, Stage, asked
from tickets.forms.profile import ProfileForm
from tickets.models import User
from workflows.roles import Role


@pytest.fixture(autouse=True)
def _as_many_fields_as_there_are(settings):
    settings.DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000


WHO = [REPORTER, ADMINISTRATOR, Role.SUBKOORDINATOR_APLIKASI, Role.KEPALA_BIDANG_APTIKA]
#: What differs between two acts that are the same: what is drawn at random.
RANDOM = re.compile(r"^(salt|.*hash|.*digest|key|code|tracking_code|file|thumbnail|session_.*|token|password|sha256)$")


def every_field():
    """A value for each name that some model has, and for ways around them."""
    found = {}
    for model in (*apps.get_app_config("tickets").get_models(), *apps.get_app_config("workflows").get_models()):
        for field in model._meta.concrete_fields:
            kind = field.get_internal_type()
            value = "1" if kind in ("BooleanField", "ForeignKey") or "Integer" in kind else "2020-01-01"
            found |= {field.name: value, field.attname: value}
    around = {
        "is_staff": "on",
        "is_superuser": "on",
        "groups": "1",
        "user_permissions": "1",
        "ticket__state": "selesai",
    }
    return found | around | {"id": "1", "pk": "1", "reporter__is_staff": "1", "_state": "x", "__class__": "x"}


def read_to_its_end(response):
    """A file is read to its end, and so closed."""
    if response.streaming:
        response.getvalue()
    return response


def forms_of(client, address):
    """The forms of a page as (address, {field: value}), filled in where they are empty."""
    response = read_to_its_end(client.get(address))
    if response.status_code != 200 or not response.get("Content-Type", "").startswith("text/html"):
        return
    for form in pages.select(pages.read(response), "form[method=post]"):
        target = (form.get("action") or address).partition("#")[0]
        yield target or address, _filled(form)


def _filled(form):
    fields = {}
    for kind in ("input", "textarea", "select", "button"):
        for field in pages.select(form, kind):
            name, typed = field.get("name"), field.get("type", "")
            if not name or typed in ("file", "submit") or name in fields:
                continue
            fields[name] = _value(field, kind, typed)
    return {name: value for name, value in fields.items() if value is not None}


def _value(field, kind, typed):
    if kind == "select":
        options = [option.get("value", "") for option in pages.select(field, "option")]
        return next(filter(None, options), "")
    if typed in ("radio", "checkbox"):
        return field.get("value", "on")
    given = field.get("value") or "".join(field.itertext()).strip()
    if given or kind == "button":
        return given
    tomorrow = date(2026, 11, 18)
    by_type = {"date": tomorrow.isoformat(), "datetime-local": f"{tomorrow}T09:00", "email": "baru@contoh.invalid"}
    by_type |= {"url": "https://sumbarprov.go.id/", "number": "7", "password": "kuda-lumping-77", "tel": "0751-12345"}
    return by_type.get(typed, "Sudah diperiksa.")


def rows():
    """Every row of every table, but for what is drawn at random."""
    found = {}
    with connection.cursor() as cursor:
        for table in set(connection.introspection.table_names()) - WRITTEN_BY_LOOKING - {"tickets_search_data"}:
            cursor.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in cursor.description]
            kept = [place for place, name in enumerate(names) if not RANDOM.match(name)]
            found[table] = sorted(str([row[place] for place in kept]) for row in cursor.fetchall())
    return found


def sent(client, address, fields):
    """The status of a post and every row it leaves; afterwards everything is as it was before."""
    point, cookies = transaction.savepoint(), client.cookies.copy()
    response = read_to_its_end(client.post(address, fields))
    left = rows()
    transaction.savepoint_rollback(point)
    client.cookies = cookies
    return response.status_code, left


def differing(stage, who):
    """The forms that took more than they show, and how many forms were accepted at all."""
    client = stage.clients[who]
    extra, before, accepted, wrong = every_field(), rows(), 0, []
    seen = set()
    for _, _, page in asked(stage, who):
        for address, fields in forms_of(client, page):
            if (address, *sorted(fields)) in seen or address == "/keluar/":
                continue
            seen.add((address, *sorted(fields)))
            status, plain = sent(client, address, fields)
            more, forged = sent(client, address, {**extra, **fields})
            accepted += plain != before
            if (status, plain) != (more, forged):
                changed = [table for table in plain if plain[table] != forged.get(table)]
                wrong.append((address, status, more, changed))
    return wrong, accepted


@pytest.mark.parametrize(("who", "least"), list(zip(WHO, (4, 8, 5, 3), strict=True)))
def test_no_form_takes_more_than_it_shows(cast, client_of, who, least):
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        stage = Stage(cast, client_of)

        wrong, accepted = differing(stage, who)

    assert wrong == []
    assert accepted >= least


def test_a_form_that_takes_what_it_is_given_is_caught(cast, client_of, monkeypatch):
    def greedy(form):
        User.objects.filter(pk=form.instance.pk).update(mail_choice=form.data.get("mail_choice", "langsung")[:10])
        return form.cleaned_data

    monkeypatch.setattr(ProfileForm, "clean", greedy)
    with time_machine.travel(TUESDAY + timedelta(hours=1), tick=False):
        wrong, _ = differing(Stage(cast, client_of), REPORTER)

    assert ["tickets_user"] in [changed for *_, changed in wrong]
