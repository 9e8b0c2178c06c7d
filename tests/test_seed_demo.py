"""The demo office: everything in it happened through the real actions, in order, and it is the same every time."""

import io
import re
from collections import Counter
from datetime import UTC, datetime

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from django.test import override_settings

from tickets import demo, history, images
from tickets.demo import screenshots, stories
from tickets.demo.office import IN_EVERY_STATE, OVER, UNUSUAL, working_time_before
from tickets.models import Attachment, EntryDetail, HistoryEntry, ReportedTo, StepRun, Ticket, User
from workflows import sops
from workflows.sop import MENUNGGU_KONFIRMASI

#: A Saturday, 10.00 WIB, and the close of business the day before.
SATURDAY = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
UNTIL = "2026-11-20"


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
        seed(len(IN_EVERY_STATE))
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

    told = seed(len(IN_EVERY_STATE))

    assert told == f"There are {len(IN_EVERY_STATE)} demo reports already; nothing was added.\n"
    assert HistoryEntry.objects.count() == before


def test_asking_for_more_adds_the_unusual_ones_and_changes_nothing_there():
    before = list(HistoryEntry.objects.values_list("hash", flat=True))

    told = seed(len(IN_EVERY_STATE) + 5, "--quiet")

    assert told == ""
    assert Ticket.objects.count() == len(IN_EVERY_STATE) + 5
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


def test_working_time_is_counted_back_over_nights_and_the_weekend():
    monday = datetime(2026, 11, 16, 1, 0, tzinfo=UTC)  # 08.00 WIB, half an hour after opening

    assert working_time_before(monday, 30) == datetime(2026, 11, 13, 9, 0, tzinfo=UTC)
    assert working_time_before(monday, 31) == datetime(2026, 11, 13, 8, 59, tzinfo=UTC)
    assert working_time_before(SATURDAY, 510 + 10) == datetime(2026, 11, 19, 8, 50, tzinfo=UTC)


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
    assert {life.kind for life in (*IN_EVERY_STATE, *UNUSUAL, *OVER)} == set(kinds)
    assert not [story.title for story in stories.STORIES if not (story.reason or story.remains)]
