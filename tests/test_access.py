"""The access gate: every address × every kind of person × own, another's and restricted × every method.

What may be is said once, in tests/access.py; an address that is not listed there fails the build. Whoever is refused
changes nothing, which the whole database says before and after (RELIABILITY T9).
"""

from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from tests import access
from tests.access import ACCESS, Who
from tests.factories import everything_stored, person, report, walk
from tickets import actions
from tickets.models import Export, ReportedTo, RoleAssignment
from tickets.models import tickets as ticket_models
from tickets.reports import issuing, periods
from workflows.roles import Role

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")
#: Whether a view takes a method does not hang on a role: for the others, these two tell.
FOR_ROLES = ("GET", "POST")
ANONYMOUS, REPORTER, STRANGER, ADMINISTRATOR = "anonymous", "reporter", "stranger", "administrator"
ENDED, DISABLED = "role ended yesterday", "disabled, with an old cookie"
WHO = [ANONYMOUS, REPORTER, STRANGER, ADMINISTRATOR, ENDED, DISABLED, *Role.values]

#: Roles in the SOP of the tickets on stage, SPJ Online, as the cast holds them.
IN_SPJ = {
    Role.PROGRAMMER,
    Role.SUBKOORDINATOR_APLIKASI,
    Role.SUBKOORDINATOR_INFRASTRUKTUR,
    Role.NETWORK_ADMINISTRATOR,
    Role.KEPALA_BIDANG_APTIKA,
}
OVERSEERS = {Role.SUB_KOORDINATOR, Role.SUBKOORDINATOR_APLIKASI, Role.KEPALA_BIDANG_APTIKA}
#: Audiences of what hangs on no ticket.
GENERAL = {
    Who.EVERYBODY: set(WHO),
    Who.SIGNED_IN: set(WHO) - {ANONYMOUS, DISABLED},
    Who.ADMINISTRATOR: {ADMINISTRATOR},
    Who.OVERSEER: OVERSEERS,
    Who.ANSWERABLE: OVERSEERS | {ADMINISTRATOR},
    Who.OWN: {Role.KEPALA_BIDANG_APTIKA},  # to whom the samples belong
    Who.TAKES_PART: {Role.KEPALA_BIDANG_APTIKA},  # the sample paper is of the whole office
}

#: What a method of an address is for, where that is fewer than who may open it.
FEWER = {("dokumen", "POST"): {Role.KEPALA_BIDANG_APTIKA}}

TO_SIGN_IN = "to sign in"
TO_THE_TICKET = "to the ticket's page"  # which asks again; an act that is opened by a link leads there


@pytest.fixture
def stage(cast, client_of):
    return Stage(cast, client_of)


class Stage:
    """A report, one that became a security incident, what hangs on them, and a browser for everybody."""

    def __init__(self, cast, client_of):
        self.tickets = {
            "own or another's": walk(report("spj_online", by=cast.reporter), cast, 2, 3),
            "restricted": walk(report("spj_online", by=cast.reporter), cast, 2, 3),
        }
        coordinator = cast.holder(Role.SUBKOORDINATOR_APLIKASI)
        actions.restrict(self.tickets["restricted"], by=coordinator, reason="Disusupi.")
        issuing.order_sla(periods.month_of(date(2026, 10, 1)), by=None, now=timezone.now())
        issuing.make_next(timezone.now())
        kabid = cast.holder(Role.KEPALA_BIDANG_APTIKA)
        self.samples = {
            "told": ReportedTo.objects.filter(role=Role.KEPALA_BIDANG_APTIKA).first() or self._told(),
            "export": Export.objects.create(
                person=kabid, kind="tiket", format="csv", name="x", asked_at=timezone.now()
            ),
            "paper": issuing.Document.objects.get(kind="sla"),
            "person": cast.stranger,
            "role": RoleAssignment.objects.first(),
        }
        ended = person("Peran Berakhir", role=Role.PROGRAMMER)
        disabled = person("Nonaktif", role=Role.PROGRAMMER)
        self.clients = {
            ANONYMOUS: Client(raise_request_exception=False),
            REPORTER: client_of(cast.reporter),
            STRANGER: client_of(cast.stranger),
            ADMINISTRATOR: client_of(cast.admin),
            ENDED: client_of(ended),
            DISABLED: client_of(disabled),
            **{role.value: client_of(holder) for role, holder in cast.by_role.items()},
        }
        ended.role_assignments.update(ends_on="2020-01-02")
        disabled.is_active = False
        disabled.save()

    def _told(self):
        return ReportedTo.objects.first()

    def arguments(self, name, words, ticket):
        """A sample for each word in an address."""
        return {word: self._sample(name, word, ticket) for word in words}

    def _sample(self, name, word, ticket):
        match word:
            case "number":
                return ticket.number
            case "key" if name.startswith("lampiran"):
                return ticket.attachments.first().key
            case "key":
                return ticket.sop_key
            case "code" if name == "lacak":
                return "x" * 43
            case "code":
                return self.samples["paper"].code
            case "year":
                return 2026
            case "role":
                return Role.KEPALA_BIDANG_APTIKA.value
            case "name":
                return "kop"
            case "pk" if name == "laporan-masuk-diketahui":
                return self.samples["told"].pk
            case "pk" if name.startswith("unduhan"):
                return self.samples["export"].pk
            case "pk" if name.startswith("pengguna"):
                return self.samples["person"].pk
            case "pk" if name.startswith("peran"):
                return self.samples["role"].pk
            case "pk":
                return 1
            case "format" | "bentuk":
                return "csv"
            case _:
                return "x"

    def audience(self, name, which):
        """Who may, of everybody on stage."""
        who = ACCESS[name].who
        if name in OF_TICKETS and which:
            return self._audience_of_ticket(who, restricted=which == "restricted")
        if name == "laporan-masuk-diketahui":
            return {self.samples["told"].role}
        return GENERAL[who]

    def _audience_of_ticket(self, who, *, restricted):
        row = next(iter(self.tickets.values())).step.performer
        reporter = set() if restricted else {REPORTER}
        coordinator = {Role.SUBKOORDINATOR_APLIKASI}
        return {
            Who.SEES: IN_SPJ | reporter,
            Who.TAKES_PART: IN_SPJ,
            Who.ROW: {row},
            Who.COORDINATES: coordinator,
            Who.LEADS: coordinator | {Role.KEPALA_BIDANG_APTIKA},
            Who.SPEAKS: reporter or coordinator,
            Who.SPEAKS_OR_COORDINATES: reporter | coordinator,
        }[who]


PATTERNS = access.addresses()
OF_TICKETS = {name for name, p in PATTERNS.items() if "number" in p.pattern.converters} | {"lampiran", "lampiran-kecil"}


def test_every_address_is_listed_and_every_listed_one_exists():
    assert sorted(PATTERNS) == sorted(ACCESS)


def asked(stage, who, names=tuple(ACCESS)):
    """Every (name, which ticket, address) for one person. What is not listed fails a test of its own."""
    for name, pattern in ((name, PATTERNS[name]) for name in names if name in PATTERNS):
        for which, ticket in stage.tickets.items():
            if which == "restricted" and name not in OF_TICKETS:
                continue
            words = stage.arguments(name, pattern.pattern.converters, ticket)
            yield name, which, reverse(name, kwargs=words)


def outcome(client, method, address):
    """The status of an answer; a redirect to the sign-in page by its name. A file is read to its end."""
    response = client.generic(method, address)
    if response.streaming:
        response.getvalue()
    if response.status_code != 302:
        return response.status_code
    if response["Location"].startswith(reverse("masuk")):
        return TO_SIGN_IN
    return TO_THE_TICKET if address.startswith(response["Location"]) else 302


def wrong(stage, who, names=tuple(ACCESS)):
    """What one person got that tests/access.py does not say, as (address, which, method, status).

    What they may do is done and undone; of what they may not, nothing may be left at the end.
    """
    before = everything_stored()
    client = stage.clients[who]
    client.raise_request_exception = False
    found = []
    for name, which, address in asked(stage, who, names):
        may = who in stage.audience(name, which)
        for method in METHODS if who in (ANONYMOUS, STRANGER, ADMINISTRATOR) else FOR_ROLES:
            allowed = may and method in ACCESS[name].methods and who in FEWER.get((name, method), {who})
            point, cookies = transaction.savepoint(), client.cookies.copy()
            status = outcome(client, method, address)
            if allowed:
                transaction.savepoint_rollback(point)
                client.cookies = cookies
            else:
                transaction.savepoint_commit(point)
            if not _fits(name, method, status, allowed=allowed):
                found.append((name, which, method, status))
    if everything_stored() != before:
        found.append(("the database", "was changed", "by what was", "refused"))
    return found


def _fits(name, method, status, *, allowed):
    if allowed and name in ("keluar", "masuk-kode"):  # out; no password was right a moment ago
        return status == TO_SIGN_IN
    if allowed and name in OF_TICKETS and (method == "POST" or name == "tiket-gabungkan"):
        return status not in (404, 405, 500, TO_SIGN_IN)  # 403: not on this row, not now
    if allowed:
        return status not in (403, 405, 500, TO_SIGN_IN)
    if name in OF_TICKETS and (status == TO_THE_TICKET or (method == "POST" and status == 422)):
        return True  # the page asks again; an empty form is returned before it is refused. Neither changes anything
    if method == "OPTIONS" and status == 200:  # a class of Django's says which methods it has, and nothing else
        return True
    return status in (403, 404, 405, TO_SIGN_IN)


@pytest.mark.parametrize("who", WHO)
def test_everybody_gets_what_the_table_says_and_no_more(stage, who):
    assert wrong(stage, who) == []


def test_a_build_that_forgets_restricted_tickets_is_caught(stage, monkeypatch):
    monkeypatch.setattr(
        ticket_models.TicketQuerySet, "visible_to", lambda tickets, person: tickets.filter(reporter=person)
    )

    assert ("tiket-detail", "restricted", "GET", 200) in wrong(stage, REPORTER, ["tiket-detail"])


def test_a_page_without_its_guard_is_caught(stage, monkeypatch):
    pattern = PATTERNS["kesehatan"]
    monkeypatch.setattr(pattern, "callback", pattern.callback.__wrapped__.__wrapped__.__wrapped__, raising=False)

    assert any(name == "kesehatan" for name, *_ in wrong(stage, STRANGER, ["kesehatan"]))


def test_the_table_in_readme_is_this_one():
    readme = Path(__file__).resolve().parent.parent.joinpath("README.md").read_text()

    _, _, rest = readme.partition(access.BEGIN)
    printed, _, _ = rest.partition(access.END)

    assert printed.strip() == access.table(), "run: python -m tests.access"
