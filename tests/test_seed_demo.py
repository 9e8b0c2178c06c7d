"""The demo office: everything in it happened through the real actions, in order, and it is the same every time."""

import io
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from tickets import demo, history, images, limits
from tickets.demo import screenshots, stories
from tickets.demo.office import IN_EVERY_STATE, ON_THE_CLOCK, OVER, UNUSUAL, act_out, working_time_before
from tickets.demo.people import seed_people
from tickets.limits import Band
from tickets.models import Attachment, EntryDetail, HistoryEntry, Hold, ReportedTo, Rung, StepRun, Ticket, User
from tickets.models.history import Action
from tickets.models.runs import Verdict
from workflows import calendars, sops
from workflows.sop import MENUNGGU_KONFIRMASI

#: A Saturday, 10.00 WIB, and the close of business the day before.
SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
UNTIL = "2026-11-20"
FRIDAY_1600 = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

#: As many reports as there are ways to stand: on every row, and with every kind of limit.
FIRST = len(IN_EVERY_STATE) + len(ON_THE_CLOCK)


def seed(tickets, *options):
    told = io.StringIO()
    with time_machine.travel(SATURDAY, tick=False):
        call_command("seed_demo", "--tickets", str(tickets), "--until", UNTIL, *options, stdout=told)
    return told.getvalue()


def content():
    """All that happened and was said, but for the random keys of files."""
    said = EntryDetail.objects.order_by("entry__at", "entry_id").values_list(
        "entry__ticket__number", "entry__at", "entry__by__name", "entry__action", "entry__to_state", "body"
    )
    return [(*rest, re.sub("[0-9a-f]{64}", "", str(body))) for *rest, body in said]


def what_happens(tickets):
    """The content of an office that is seeded and given up again."""
    with transaction.atomic():
        seed(tickets)
        found = content()
        transaction.set_rollback(True)
    return found


@pytest.fixture(scope="module", autouse=True)
def twice(django_db_setup, django_db_blocker, tmp_path_factory):
    """What a small office holds, seeded twice. Then the first reports stand there for all tests of this file."""
    media = tmp_path_factory.mktemp("media")
    with django_db_blocker.unblock(), override_settings(DEMO=True, MEDIA_ROOT=media), transaction.atomic():
        contents = what_happens(4), what_happens(4)
        seed(FIRST)
        yield contents
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _demo_install(settings, db):
    settings.DEMO = True


def person(who):
    return User.objects.get(email=who + "@demo.sopdesk.invalid")


def test_the_first_reports_stand_in_every_state_of_both_sops():
    expected = {value for value, _ in sops.states() if value.startswith(("website-2024.", "spj-online."))}

    assert set(Ticket.objects.values_list("state", flat=True)) == expected | {
        "menunggu-konfirmasi",
        "selesai",
        "tidak-diproses",
    }


def test_no_chain_is_broken_and_every_open_report_has_its_one_open_run():
    open_tickets = set(Ticket.objects.open().values_list("pk", flat=True))

    assert list(history.verify()) == []
    assert Counter(StepRun.objects.open().values_list("ticket", flat=True)) == Counter(open_tickets)


def test_everything_happened_in_the_order_of_its_number_and_none_of_it_in_the_future():
    for ticket in Ticket.objects.all():
        moments = list(ticket.entries.order_by("seq").values_list("at", flat=True))
        assert moments == sorted(moments)
        assert moments[-1] < SATURDAY

    for prefix in ("WEB", "SPJ"):
        filed = list(Ticket.objects.filter(number__startswith=prefix).order_by("number").values_list("created_at"))
        assert filed == sorted(filed)


def test_everybody_finds_something_to_do():
    waiting = {
        account.who: StepRun.objects.turn_of(person(account.who)).exists()
        or ReportedTo.objects.for_person(person(account.who)).unread().exists()
        for account in demo.ACCOUNTS
        if account.role
    }

    assert waiting == dict.fromkeys(waiting, True)
    assert {life.by for life in (*IN_EVERY_STATE, *UNUSUAL) if life.acts.endswith("end") and life.by} == {
        account.who for account in demo.ACCOUNTS if not account.role
    }
    assert Ticket.objects.filter(state=MENUNGGU_KONFIRMASI, reporter=person("siti")).exists()


def test_some_reported_steps_are_known_and_some_are_not():
    told = ReportedTo.objects.values_list("acknowledged_at", flat=True)

    assert {moment is None for moment in told} == {True, False}


def test_every_upload_belongs_to_the_act_it_came_with():
    assert Attachment.objects.count() >= 20
    assert not Attachment.objects.filter(ticket=None).exists()
    assert max(Attachment.objects.values_list("size", flat=True)) < 120_000


def test_each_demo_account_signs_in_with_the_one_password(client):
    assert client.login(username=person("rina").email, password=demo.PASSWORD)
    assert User.objects.filter(is_superuser=True).get() == person("dewi")
    assert {user.email for user in User.objects.all()} == {account.email for account in demo.ACCOUNTS}


def test_seeding_twice_adds_nothing_and_says_so():
    before = HistoryEntry.objects.count()

    told = seed(FIRST)

    assert told == f"There are {FIRST} demo reports already; nothing was added.\n"
    assert HistoryEntry.objects.count() == before


def test_asking_for_more_adds_the_unusual_ones_and_changes_nothing_there():
    before = list(HistoryEntry.objects.values_list("hash", flat=True))

    told = seed(FIRST + 5, "--quiet")

    assert told == ""
    assert Ticket.objects.count() == FIRST + 5
    assert list(HistoryEntry.objects.filter(hash__in=before).values_list("hash", flat=True)) == before
    assert list(history.verify()) == []


def test_the_same_number_until_the_same_day_is_the_same_office(twice):
    first, second = twice

    assert len(first) > 10
    assert first == second


@pytest.mark.parametrize("wrong", [{"DEMO": False}, {"PRODUCTION": True}])
def test_it_refuses_where_real_people_work(settings, wrong):
    for name, value in wrong.items():
        setattr(settings, name, value)

    with pytest.raises(CommandError, match="for demo installs only"):
        seed(30)


def test_it_refuses_a_history_that_ends_in_the_future():
    with pytest.raises(CommandError, match="future"), time_machine.travel(SATURDAY, tick=False):
        call_command("seed_demo", "--until", "2026-11-22")


def test_working_time_is_counted_back_over_nights_breaks_and_the_weekend():
    calendar = calendars.current()
    monday = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 08.00 WIB, half an hour after opening

    assert working_time_before(monday, 29, calendar) == datetime(2026, 11, 16, 0, 31, tzinfo=UTC)
    assert working_time_before(monday, 30, calendar) == datetime(2026, 11, 13, 9, 30, tzinfo=UTC)
    assert working_time_before(monday, 31, calendar) == datetime(2026, 11, 13, 9, 29, tzinfo=UTC)
    assert working_time_before(monday, 30 + 181, calendar) == datetime(2026, 11, 13, 4, 59, tzinfo=UTC)
    assert working_time_before(SATURDAY, 450 + 10, calendar) == datetime(2026, 11, 19, 8, 50, tzinfo=UTC)
    assert calendar.between(working_time_before(SATURDAY, 2000, calendar), SATURDAY) == 2000


# Time


def test_open_reports_stand_in_every_way_with_their_limits():
    calendar = calendars.current()
    runs = StepRun.objects.open().select_related("ticket").prefetch_related(limits.open_hold())

    clocks = [
        limits.clock(run, FRIDAY_1600, calendar, held_until=next((hold.ends_at for hold in run.open_holds), None))
        for run in runs
    ]

    assert {clock.band for clock in clocks} == set(Band)
    assert {clock.is_extended for clock in clocks} == {True, False}
    assert {hold.reason for hold in Hold.objects.all()} == {"pelapor", "pihak_ketiga", "pengadaan"}


def test_every_limit_is_what_it_derives_from_and_nothing_waits_for_the_clock():
    assert list(limits.differences(calendars.current())) == []
    assert not StepRun.objects.open().filter(next_rung_at__lt=FRIDAY_1600).exists()
    assert not Hold.objects.filter(ended_at=None, ends_at__lte=FRIDAY_1600).exists()
    assert not Ticket.objects.filter(confirm_by__lt=FRIDAY_1600).exists()


def test_the_clock_came_to_each_rung_within_a_minute():
    rungs = Rung.objects.select_related("run")

    assert {rung.kind for rung in rungs} >= {Rung.Kind.WARNING, Rung.Kind.BREACH, Rung.Kind.ESCALATION}
    assert max(rung.noticed_at - rung.at for rung in rungs) < timedelta(minutes=1)
    assert not [rung for rung in rungs if rung.run.left_at and rung.run.left_at < rung.noticed_at]


def test_reports_that_are_over_have_every_verdict_and_one_was_closed_by_the_clock():
    first = FIRST + len(UNUSUAL)

    list(act_out(first, first + 12, seed_people(), until=FRIDAY_1600))

    over = Ticket.objects.filter(closed_at__isnull=False)
    assert set(StepRun.objects.filter(ticket__in=over).values_list("verdict", flat=True)) == set(Verdict)
    assert set(HistoryEntry.objects.filter(action=Action.LAPSE).values_list("by", "ticket__state")) == {
        (None, "selesai")
    }
    assert HistoryEntry.objects.filter(action=Action.RESUME, by__isnull=False).exists()
    assert HistoryEntry.objects.filter(action=Action.RESUME, by=None).exists()
    assert list(history.verify()) == []


@pytest.mark.parametrize("scene", screenshots.SCENES)
def test_every_scene_is_a_picture_that_an_upload_accepts(scene):
    content = screenshots.screenshot(
        scene, url="https://spj.contoh.invalid/masuk", heading="Dinas Kesehatan", text="Uji"
    )

    clean = images.clean_image(content, name="uji.png")

    assert (clean.content_type, len(clean.content) < 120_000) == ("image/png", True)


def test_every_story_has_its_scene_and_is_told_by_its_kind():
    kinds = Counter(story.kind for story in stories.STORIES)

    assert len(stories.STORIES) >= 30
    assert {story.scene for story in stories.STORIES} <= set(screenshots.SCENES)
    assert {life.kind for life in (*IN_EVERY_STATE, *ON_THE_CLOCK, *UNUSUAL, *OVER)} == set(kinds)
    assert not [story.title for story in stories.STORIES if not (story.reason or story.remains)]
