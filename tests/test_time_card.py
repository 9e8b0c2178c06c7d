"""The time card of a ticket: how its limit stands, why it is so, and what the performer may do about it."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
import time_machine

from tests.factories import TUESDAY, person, report, walk
from tests.pages import one, select, words
from tests.pages import read as read_page
from tickets import actions, limits
from tickets.gate import BACKGROUND
from tickets.models import Hold, StepRun, Ticket
from workflows import calendars
from workflows.models import CalendarChange, CalendarDay
from workflows.roles import Role

pytestmark = pytest.mark.django_db

HTMX = {"HX-Request": "true"}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def clock(settings):
    """Tuesday 10.00 WIB, until a test moves it; nobody is signed out meanwhile."""
    settings.SESSION_COOKIE_AGE = 30 * 24 * 60 * 60
    settings.SESSION_HOURS, settings.SESSION_IDLE_MINUTES = 30 * 24, 30 * 24 * 60
    with time_machine.travel(TUESDAY, tick=False) as traveller:
        yield traveller


def card_of(client, ticket):
    return one(read_page(client.get(f"/tiket/{ticket.number}/")), "#waktu")


def facts(client, ticket):
    return words(one(card_of(client, ticket), "#waktu-isi"))


def offered(client, ticket):
    """What the card offers to do."""
    return [words(act) for act in select(card_of(client, ticket), "#waktu-tindakan summary")]


def post(client, ticket, act, **fields):
    run = ticket.runs.open().get()
    return client.post(f"/tiket/{ticket.number}/{act}/", {"run": run.pk, "token": str(uuid4()), **fields})


def page(response):
    """The page of an answer, whatever its status."""
    response.status_code, status = 200, response.status_code
    tree = read_page(response)
    response.status_code = status
    return tree


@pytest.fixture
def at_row_2(cast):
    return walk(report(by=cast.reporter), cast, 2)


@pytest.fixture
def at_row_4(cast):
    return walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")


@pytest.fixture
def at_row_7(cast):
    return walk(report(by=cast.reporter), cast, 2, 6, 7, penyebab="infrastruktur")


@pytest.fixture
def fajar(cast, client_of):
    return client_of(cast.holder(Role.PROGRAMMER))


@pytest.fixture
def yusuf(cast, client_of):
    return client_of(cast.holder(Role.TIM_INFRASTRUKTUR))


# What everybody reads


def test_everybody_reads_what_remains_and_until_when(cast, client_of, at_row_4):
    for someone in (cast.reporter, cast.holder(Role.PROGRAMMER), cast.holder(Role.KEPALA_BIDANG_APTIKA)):
        card = card_of(client_of(someone), at_row_4)

        assert words(one(card, "#waktu-isi")) == ("sisa 2 hari 5 j tepat waktu 0 % tenggat Kam 19 Nov 2026 16.00 WIB")
        assert one(card, "progress").get("value") == "0"
        assert "mengapa?" in words(card)


def test_only_the_performer_is_offered_to_change_it(cast, client_of, fajar, at_row_4):
    assert offered(fajar, at_row_4) == ["tunda", "perpanjang"]
    for someone in (cast.reporter, cast.holder(Role.SUB_KOORDINATOR), cast.holder(Role.WEB_DEVELOPER)):
        assert offered(client_of(someone), at_row_4) == []


def test_a_row_that_the_sop_does_not_extend_offers_no_extension(cast, client_of, at_row_2):
    assert offered(client_of(cast.holder(Role.WEB_DEVELOPER)), at_row_2) == ["tunda"]


@pytest.mark.parametrize(
    ("after", "told", "tone"),
    [
        (timedelta(minutes=11, seconds=14), "sisa 3 m tepat waktu 75 %", "ok"),
        (timedelta(minutes=11, seconds=15), "sisa 3 m segera jatuh tempo 75 %", "warm"),
        (timedelta(minutes=15), "sisa kurang dari 1 m segera jatuh tempo 100 %", "warm"),
        (timedelta(minutes=15, seconds=1), "terlambat kurang dari 1 m 100 %", "late"),
        (timedelta(hours=2, minutes=30), "terlambat 1 j 45 m 100 %", "late"),
    ],
)
def test_a_row_comes_to_its_limit_in_colour_and_word(cast, client_of, clock, at_row_2, after, told, tone):
    clock.move_to(TUESDAY + after)

    card = card_of(client_of(cast.reporter), at_row_2)

    assert words(one(card, "#waktu-isi")).startswith(told)
    assert f"bar-{tone}" in one(card, "progress").get("class")
    assert ("is-late" in one(card, ".time-left").get("class")) is (tone == "late")


@pytest.mark.parametrize(
    ("after", "told"),
    [
        (2.5 * HOUR, "Di luar jam kerja, lanjut 13.00"),
        (7 * HOUR, "Di luar jam kerja, lanjut Rabu 07.30"),
        (4 * DAY, "Di luar jam kerja, lanjut Senin 07.30"),
    ],
)
def test_out_of_hours_the_card_says_when_it_goes_on(cast, client_of, clock, at_row_4, after, told):
    clock.move_to(TUESDAY + after)

    assert facts(client_of(cast.reporter), at_row_4).endswith(told)


def test_late_rows_are_offered_neither_hold_nor_extension(fajar, clock, at_row_4):
    clock.move_to(TUESDAY + 3 * DAY)

    assert offered(fajar, at_row_4) == []


def test_a_row_without_limit_says_how_long_it_runs(cast, client_of, clock):
    ticket = report(by=cast.reporter)
    clock.move_to(TUESDAY + 4 * HOUR)

    assert facts(client_of(cast.reporter), ticket) == "tanpa batas waktu, berjalan 3 j"


# Tunda and Lanjutkan


def test_a_hold_is_shown_to_everybody_and_its_note_only_within_the_office(cast, client_of, fajar, at_row_4):
    response = post(
        fajar, at_row_4, "tunda", reason="pihak_ketiga", note="Menunggu penyedia peladen.", until="2026-11-19"
    )

    told = "Ditunda sampai Kam 19 Nov 2026 16.00 WIB karena menunggu pihak ketiga"
    assert response.status_code == 302
    assert "Langkah 4 ditunda sampai Kam 19 Nov." in words(read_page(fajar.get(response["Location"])))
    assert f"{told}: Menunggu penyedia peladen." in facts(fajar, at_row_4)
    assert facts(client_of(cast.reporter), at_row_4).endswith(told)
    assert facts(fajar, at_row_4).startswith("ditunda, sisa 2 hari 5 j 0 % tenggat Sel 24 Nov 2026 13.30 WIB")


def test_what_waits_for_the_reporter_says_so_to_the_reporter(cast, client_of, fajar, at_row_4):
    post(fajar, at_row_4, "tunda", reason="pelapor", note="Mohon alamat halamannya.", until="2026-11-19")

    assert "karena menunggu pelapor: Mohon alamat halamannya." in facts(client_of(cast.reporter), at_row_4)


def test_performer_and_subkoordinator_resume_and_nobody_else_is_offered_to(cast, client_of, fajar, clock, at_row_4):
    post(fajar, at_row_4, "tunda", reason="pelapor", until="2026-11-19")
    clock.move_to(TUESDAY + HOUR)
    buttons = {
        someone: "Lanjutkan" in words(card_of(client_of(someone), at_row_4))
        for someone in (
            cast.holder(Role.PROGRAMMER),
            cast.holder(Role.SUB_KOORDINATOR),
            cast.holder(Role.WEB_DEVELOPER),
            cast.reporter,
        )
    }

    response = post(client_of(cast.holder(Role.SUB_KOORDINATOR)), at_row_4, "lanjutkan")

    assert list(buttons.values()) == [True, True, False, False]
    assert response.status_code == 302
    assert facts(fajar, at_row_4) == "sisa 2 hari 5 j tepat waktu 0 % tenggat Jum 20 Nov 2026 08.30 WIB"
    assert offered(fajar, at_row_4) == ["tunda", "perpanjang"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"reason": ""}, "reason", "Silakan pilih alasan."),
        ({"reason": "libur"}, "reason", "Silakan pilih alasan dari daftar."),
        ({"reason": "lainnya", "note": " "}, "note", "Silakan tuliskan apa yang ditunggu."),
        ({"until": ""}, "until", "Silakan pilih tanggal."),
        ({"until": "besok"}, "until", "Tanggal ini tidak terbaca. Tulislah seperti 24/11/2026."),
        ({"until": "2026-11-21"}, "until", "Tanggal ini bukan hari kerja. Silakan pilih hari kerja."),
        ({"until": "2026-11-16"}, "until", "Jam kerja pada tanggal ini sudah lewat. Silakan pilih hari sesudahnya."),
        ({"until": "2026-11-25"}, "until", "Penundaan paling lama 5 hari kerja."),
    ],
)
def test_a_hold_that_does_not_fit_comes_back_with_its_reason_beside_the_field(fajar, at_row_4, fields, field, sentence):
    typed = {"reason": "pihak_ketiga", "note": "Menunggu penyedia.", "until": "2026-11-19", **fields}

    response = post(fajar, at_row_4, "tunda", **typed)

    fold = one(page(response), "#waktu-tindakan details")
    assert (response.status_code, Hold.objects.count()) == (422, 0)
    assert "open" in fold.keys()  # noqa: SIM118  # an element has attributes, not items
    assert sentence in words(one(fold, f"#div_tunda_{field}"))
    assert (one(fold, "[name=note]").text or "").strip() == typed["note"].strip()
    assert one(fold, "[name=until]").get("value", "") == typed["until"]


def test_the_browser_is_told_the_first_and_the_last_day(fajar, at_row_4, clock):
    clock.move_to(TUESDAY + 7 * HOUR)

    hold, extend = select(card_of(fajar, at_row_4), "[name=until]")

    assert (hold.get("type"), hold.get("min"), hold.get("max")) == ("date", "2026-11-18", "2026-11-25")
    assert (extend.get("min"), extend.get("max")) == ("2026-11-20", "2027-11-18")


def test_a_hold_pressed_twice_is_one(fajar, at_row_4):
    run, token = at_row_4.runs.open().get(), str(uuid4())
    fields = {"run": run.pk, "token": token, "reason": "pelapor", "until": "2026-11-19"}

    responses = [fajar.post(f"/tiket/{at_row_4.number}/tunda/", fields) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]
    assert Hold.objects.count() == 1


# Perpanjang


def test_an_extension_moves_the_limit_and_its_reason_stays_within_the_office(cast, client_of, fajar, at_row_4):
    response = post(fajar, at_row_4, "perpanjang", reason="Perlu uji di peladen cadangan.", until="2026-11-23")

    assert response.status_code == 302
    assert facts(fajar, at_row_4) == (
        "sisa 4 hari 5 j diperpanjang 0 % tenggat Sen 23 Nov 2026 16.00 WIB "
        "Diperpanjang, semula Kam 19 Nov 2026 16.00 WIB: Perlu uji di peladen cadangan."
    )
    assert "Perlu uji" not in words(read_page(client_of(cast.reporter).get(f"/tiket/{at_row_4.number}/")))
    assert "Diperpanjang, semula Kam 19 Nov 2026 16.00 WIB" in facts(client_of(cast.reporter), at_row_4)


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"reason": " "}, "reason", "Silakan tuliskan mengapa waktunya perlu diperpanjang."),
        ({"until": "2026-11-19"}, "until", "Tenggat yang baru harus sesudah 19 Nov 2026 16.00 WIB."),
        ({"until": "2028-11-20"}, "until", "Tanggal ini lebih dari satu tahun lagi. Silakan periksa."),
    ],
)
def test_an_extension_that_does_not_fit_comes_back(fajar, at_row_4, fields, field, sentence):
    response = post(fajar, at_row_4, "perpanjang", **{"reason": "Perlu.", "until": "2026-11-23", **fields})

    assert response.status_code == 422
    assert sentence in words(one(page(response), f"#div_perpanjang_{field}"))


@pytest.mark.parametrize("act", ["tunda", "perpanjang"])
def test_after_the_limit_it_is_refused_in_words_and_what_was_typed_is_kept(fajar, clock, at_row_4, act):
    clock.move_to(TUESDAY + 3 * DAY)

    reason = {"tunda": "lainnya", "perpanjang": "Alasan saya."}[act]
    response = post(fajar, at_row_4, act, reason=reason, note="Alasan saya.", until="2026-11-24")

    told = words(page(response))
    assert response.status_code == 403
    assert "Batas waktu langkah ini sudah lewat pada 19 Nov 2026 16.00 WIB." in told
    assert "Isian Anda tidak hilang" in told
    assert "Alasan saya." in told


def test_a_colleague_who_has_the_task_is_named(cast, fajar, at_row_4):
    gilang = person("Gilang Pratama", role=Role.PROGRAMMER, procedure="website")
    actions.claim(at_row_4, by=gilang)

    response = post(fajar, at_row_4, "tunda", reason="pelapor", until="2026-11-19")

    assert response.status_code == 409
    assert "Tugas ini sudah diambil Gilang Pratama pada" in words(page(response))


def test_a_row_that_somebody_left_meanwhile_is_a_conflict(cast, fajar, at_row_4):
    run = at_row_4.runs.open().get()
    walk(at_row_4, cast, 5)

    fields = {"run": run.pk, "reason": "pelapor", "until": "2026-11-19"}
    response = fajar.post(f"/tiket/{at_row_4.number}/tunda/", fields)

    assert response.status_code == 409
    assert "Langkah 4 sudah diselesaikan lebih dahulu oleh Fajar Ramadhan" in words(page(response))


@pytest.mark.parametrize("act", ["tunda", "perpanjang", "perkirakan"])
def test_a_form_without_its_run_changes_nothing(fajar, at_row_4, act):
    response = fajar.post(f"/tiket/{at_row_4.number}/{act}/", {"reason": "pelapor", "until": "2026-11-19"})

    assert response.status_code == 422
    assert "Formulir ini tidak lengkap." in words(page(response))
    assert Ticket.objects.get(pk=at_row_4.pk).version == at_row_4.version


@pytest.mark.parametrize("act", ["tunda", "perpanjang", "perkirakan", "lanjutkan"])
def test_a_stranger_finds_nothing_and_an_address_alone_does_nothing(cast, client_of, fajar, at_row_4, act):
    address = f"/tiket/{at_row_4.number}/{act}/"

    assert client_of(cast.stranger).post(address).status_code == 404
    assert client_of(cast.reporter).post(address, {"run": at_row_4.runs.open().get().pk}).status_code in (403, 422)
    assert fajar.get(address)["Location"] == f"/tiket/{at_row_4.number}/"
    assert Ticket.objects.get(pk=at_row_4.pk).version == at_row_4.version


# Perkiraan selesai


def test_a_tentative_row_asks_for_its_estimate_before_anything_else(yusuf, at_row_7):
    before = read_page(yusuf.get(f"/tiket/{at_row_7.number}/"))
    response = post(yusuf, at_row_7, "perkirakan", until="2026-11-20")
    after = read_page(yusuf.get(f"/tiket/{at_row_7.number}/"))

    assert [words(act) for act in select(one(before, "main"), ".btn-act")] == ["Catat perkiraan"]
    assert not select(before, "[name=arrow]")
    assert facts(yusuf, at_row_7).startswith("sisa 3 hari 5 j tepat waktu 0 % perkiraan selesai Jum 20 Nov")
    assert response.status_code == 302
    assert [words(act) for act in select(one(after, "main"), "button.btn-act")] == [
        "Selesai diperbaiki Tim Infrastruktur"
    ]
    assert offered(yusuf, at_row_7) == ["tunda", "ubah perkiraan"]


def test_everybody_else_reads_that_there_is_no_estimate_yet(cast, client_of, at_row_7):
    client = client_of(cast.reporter)

    assert facts(client, at_row_7) == "belum ada perkiraan, baru masuk"
    assert not select(read_page(client.get(f"/tiket/{at_row_7.number}/")), "[name=until]")


def test_a_first_estimate_that_does_not_fit_comes_back_in_its_place(yusuf, at_row_7):
    response = post(yusuf, at_row_7, "perkirakan", until="2026-11-22")

    card = one(page(response), "#giliran")
    assert response.status_code == 422
    assert "Tanggal ini bukan hari kerja." in words(one(card, "#div_perkiraan_until"))
    assert one(card, "[name=until]").get("value") == "2026-11-22"


def test_another_estimate_needs_a_reason_that_the_reporter_does_not_read(cast, client_of, yusuf, at_row_7):
    post(yusuf, at_row_7, "perkirakan", until="2026-11-20")

    lacking = post(yusuf, at_row_7, "perkirakan", until="2026-11-24", reason="")
    given = post(yusuf, at_row_7, "perkirakan", until="2026-11-24", reason="Suku cadang dikirim.")

    assert lacking.status_code == 422
    assert "Silakan tuliskan mengapa perkiraannya berubah." in words(one(page(lacking), "#div_perkiraan_reason"))
    assert given.status_code == 302
    assert "Perkiraan diubah, semula Jum 20 Nov 2026 16.30 WIB: Suku cadang dikirim." in facts(yusuf, at_row_7)
    assert "Suku cadang" not in facts(client_of(cast.reporter), at_row_7)


def test_a_first_estimate_pressed_twice_is_one(yusuf, at_row_7):
    fields = {"run": at_row_7.runs.open().get().pk, "token": str(uuid4()), "until": "2026-11-20"}

    responses = [yusuf.post(f"/tiket/{at_row_7.number}/perkirakan/", fields) for _ in range(2)]

    assert [response.status_code for response in responses] == [302, 302]


def test_a_passed_estimate_is_warm_and_not_late(yusuf, clock, at_row_7):
    post(yusuf, at_row_7, "perkirakan", until="2026-11-18")
    clock.move_to(TUESDAY + 2 * DAY)

    card = card_of(yusuf, at_row_7)

    assert words(one(card, "#waktu-isi")).startswith("melewati perkiraan 2 j 30 m")
    assert "is-warm" in one(card, ".time-left").get("class")
    assert not select(card, ".is-late")
    assert offered(yusuf, at_row_7) == ["ubah perkiraan"]


# mengapa?


def why(client, ticket, query=""):
    return words(one(read_page(client.get(f"/tiket/{ticket.number}/mengapa/{query}")), "main"))


def test_why_names_every_interval_up_to_the_answer(cast, client_of, at_row_4):
    told = why(client_of(cast.reporter), at_row_4)

    assert told == (
        "Mengapa tenggatnya Kam 19 Nov 2026 16.00 WIB? Langkah 4 · Perbaikan dari sisi coding "
        "Mutu baku menurut SOP: 2 hari/sesuai kebutuhan . "
        "Sampai tutup kantor hari kerja ke-2 sesudah hari langkah ini diterima. "
        "Langkah ini diterima Sel 17 Nov 2026 10.00 WIB . "
        "Waktu yang diberikan 2 hari 5 j Jam kerja yang dihitung Hari Jam kerja Waktu "
        "Sel 17 Nov 10.00–12.00 , 13.00–16.00 5 j "
        "Rab 18 Nov 07.30–12.00 , 13.00–16.00 1 hari "
        "Kam 19 Nov 07.30–12.00 , 13.00–16.00 1 hari "
        "Jumlah 2 hari 5 j Maka tenggatnya Kam 19 Nov 2026 16.00 WIB . "
        "Kalender 2026 belum ditetapkan. Tenggat ini dapat bergeser bila hari liburnya berubah. "
        "Lihat kalender kerja"
    )


def test_why_names_holds_extensions_and_days_off_with_their_decree(cast, client_of, fajar, clock):
    CalendarDay.objects.create(date=date(2026, 11, 20), kind="libur", name="Hari Uji", decree="SKB 1/2026")
    calendars.forget()
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")
    post(fajar, ticket, "perpanjang", reason="Perlu uji.", until="2026-11-23")
    post(fajar, ticket, "tunda", reason="pihak_ketiga", note="Menunggu penyedia.", until="2026-11-17")

    office, reporter = why(fajar, ticket), why(client_of(cast.reporter), ticket)

    assert "Diperpanjang Sel 17 Nov 2026 10.00 WIB oleh Fajar Ramadhan: Perlu uji. + 1 hari" in office
    assert (
        "Ditunda Sel 17 Nov 2026 10.00 WIB sampai Sel 17 Nov 2026 16.00 WIB, menunggu pihak ketiga: Menunggu penyedia."
    ) in office
    assert "Jam kerja yang ditunda tidak dihitung + 5 j" in office
    for told in (office, reporter):
        assert "Jum 20 Nov libur: Hari Uji (SKB 1/2026)" in told
        assert "Sab 21 Nov bukan hari kerja" in told
        assert "Jumlah 4 hari 2 j 30 m" in told
        assert "Maka tenggatnya Sel 24 Nov 2026 13.30 WIB" in told
    assert "Perlu uji" not in reporter
    assert "Menunggu penyedia" not in reporter


def test_why_the_intervals_sum_up_to_what_was_given(cast, fajar, at_row_4):
    post(fajar, at_row_4, "perpanjang", reason="Perlu uji.", until="2026-11-23")
    post(fajar, at_row_4, "tunda", reason="pelapor", until="2026-11-18")
    run = StepRun.objects.open().get()

    told = limits.explain(run, calendars.current(), holds=list(run.holds.all()), extensions=list(run.extensions.all()))

    assert sum(piece.minutes for piece in told.pieces) == pytest.approx(
        run.budget_minutes + run.extra_minutes + told.held_minutes
    )


def test_why_of_what_came_in_out_of_hours(cast, fajar, clock):
    clock.move_to(TUESDAY + 8 * HOUR)
    ticket = walk(report(by=cast.reporter), cast, 2, 3, 4, penyebab="coding")

    assert (
        "Langkah ini diterima Sel 17 Nov 2026 18.00 WIB , di luar jam kerja; dihitung sejak Rab 18 Nov 2026 07.30 WIB"
    ) in why(fajar, ticket)


def test_why_without_a_limit_says_so(cast, client_of, yusuf, at_row_7):
    ticket = report(by=cast.reporter)

    assert "Tanpa batas waktu: lamanya diukur, tetapi tidak pernah terlambat." in why(client_of(cast.reporter), ticket)
    assert "Tentatif: bukan batas, melainkan perkiraan dari pelaksananya." in why(yusuf, at_row_7)


def test_why_of_an_earlier_row_tells_its_verdict_and_what_the_calendar_is_now(cast, client_of, clock, at_row_2):
    run = at_row_2.runs.open().get()
    clock.move_to(TUESDAY + HOUR)
    walk(at_row_2, cast, 3, penyebab="coding")
    CalendarChange.objects.create(at=TUESDAY, reason="SKB")

    told = why(client_of(cast.reporter), at_row_2, f"?run={run.pk}")

    assert "Langkah ini selesai Sel 17 Nov 2026 11.00 WIB : terlambat 45 m" in told
    assert "Kalender berubah sesudah langkah ini selesai, jadi" in told


@pytest.mark.parametrize("run", ["0", "x", "9" * 30, ""])
def test_why_of_a_row_of_another_ticket_is_absent(cast, client_of, at_row_2, at_row_4, run):
    run = run or at_row_4.runs.open().get().pk

    response = client_of(cast.reporter).get(f"/tiket/{at_row_2.number}/mengapa/?run={run}")

    assert response.status_code == 404


def test_why_is_for_whoever_sees_the_ticket(cast, client_of, client, at_row_4):
    address = f"/tiket/{at_row_4.number}/mengapa/"

    assert client_of(cast.stranger).get(address).status_code == 404
    assert client.get(address)["Location"].startswith("/masuk/")


# The end


@pytest.fixture
def to_confirm(cast, at_row_4):
    return walk(at_row_4, cast, 5, 9, "menunggu-konfirmasi")


def test_the_reporter_reads_until_when_to_answer_and_what_silence_does(cast, client_of, to_confirm):
    client = client_of(cast.reporter)

    assert facts(client, to_confirm) == (
        "menunggu jawaban pelapor dijawab paling lambat Jum 20 Nov 2026 16.30 WIB ; sesudah itu tiket ditutup sendiri"
    )
    assert "Sampai tutup kantor hari kerja ke-3 sesudah hari pelapor ditanya." in why(client, to_confirm)
    assert "Maka tenggatnya Jum 20 Nov 2026 16.30 WIB" in why(client, to_confirm)


def test_what_the_clock_closes_says_so(cast, client_of, clock, to_confirm):
    clock.move_to(TUESDAY + 4 * DAY)
    actions.lapse(to_confirm)

    response = client_of(cast.reporter).get(f"/tiket/{to_confirm.number}/")

    told = words(one(read_page(response), "#giliran"))
    assert "Ditutup otomatis karena tidak ada jawaban, baru saja ." in told
    assert "Dikonfirmasi" not in told


def test_a_closed_ticket_sums_up_its_time(cast, client_of, clock, at_row_2):
    clock.move_to(TUESDAY + HOUR)
    ticket = walk(at_row_2, cast, 3, 4, 5, 9, "menunggu-konfirmasi", penyebab="coding")
    actions.confirm(ticket, by=cast.reporter)

    assert facts(client_of(cast.reporter), ticket) == "1 j jam kerja di seluruh langkah langkah 2 terlambat"


def test_who_performed_is_told_with_how_the_limit_was_kept(cast, client_of, clock, at_row_2):
    clock.move_to(TUESDAY + timedelta(minutes=12))
    ticket = walk(at_row_2, cast, 3, penyebab="coding")
    actions.claim(ticket, by=cast.holder(Role.WEB_DEVELOPER))

    told = words(one(read_page(client_of(cast.reporter).get(f"/tiket/{ticket.number}/")), "#samping"))

    assert "Rina Marlina Web Developer langkah 2 : tepat waktu, 12 m dari 15 m langkah 3, sekarang" in told


# Staying current


def pulse_of(client, ticket):
    return one(read_page(client.get(f"/tiket/{ticket.number}/")), "#denyut").get("hx-get")


def ids_of(response):
    return [part.get("id") for part in select(page_around(response), "[hx-swap-oob=true]")]


def page_around(response):
    response.content = b"<div>" + response.content + b"</div>"
    return read_page(response)


def test_as_time_passes_only_the_time_card_is_renewed(cast, fajar, clock, at_row_2):
    address = pulse_of(fajar, at_row_2)
    at_once = fajar.get(address, headers=HTMX)
    clock.move_to(TUESDAY + timedelta(minutes=1))
    response = fajar.get(address, headers=HTMX)

    assert at_once.status_code == 204
    assert ids_of(response) == ["waktu-isi", "waktu-tindakan"]
    assert "sisa 14 m" in words(one(page_around(response), "#waktu-isi"))


def test_the_page_that_was_renewed_is_current_and_asks_for_what_it_showed(cast, fajar, clock, at_row_2):
    address = pulse_of(fajar, at_row_2) + "&urut=lama"
    clock.move_to(TUESDAY + timedelta(minutes=1))
    renewed = one(page_around(fajar.get(address, headers=HTMX)), "#denyut").get("hx-get")

    assert "urut=lama" in renewed
    assert fajar.get(renewed, headers=HTMX).status_code == 204


def test_what_the_performer_may_fill_in_has_the_same_key_until_something_else_is_offered(fajar, clock, at_row_4):
    def key():
        return one(card_of(fajar, at_row_4), "#waktu-tindakan").get("data-key")

    keys = [key()]
    for after in (HOUR, 3 * DAY):
        clock.move_to(TUESDAY + after)
        keys.append(key())

    assert keys[0] == keys[1] != keys[2]


def test_a_renewed_time_card_costs_few_queries(cast, fajar, clock, at_row_4, django_assert_max_num_queries):
    address = pulse_of(fajar, at_row_4)
    clock.move_to(TUESDAY + timedelta(minutes=1))

    with django_assert_max_num_queries(10):
        assert fajar.get(address, headers=HTMX | {BACKGROUND: "1"}).status_code == 200
