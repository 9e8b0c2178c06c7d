"""Kalender kerja: what everybody reads on the wall, and the two steps by which an administrator changes it."""

from datetime import date

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from tests.factories import TUESDAY, advance, everything_stored, report
from tests.pages import one, read, select, words
from workflows import calendars, proposals
from workflows.models import CalendarChange, CalendarDay, CalendarYear, WorkingPeriod
from workflows.roles import Role

pytestmark = pytest.mark.django_db

SKB = "SKB Nomor 1497 Tahun 2025, Nomor 2 Tahun 2025, dan Nomor 5 Tahun 2025"
NEW_DAY = "/kalender/hari/"
ELECTION = {"date": "2026-11-18", "kind": "lokal", "name": "Pemungutan suara", "decree": "SE Gubernur 45"}
RAMADAN = {
    "name": "Ramadan 1448 H", "starts_on": "2027-02-08", "ends_on": "2027-03-09", "decree": "SE 3",
    **dict.fromkeys(("monday", "tuesday", "wednesday", "thursday"), "8:00-12:00, 12.30 - 15.00"),
    "friday": "08.00–12.00, 13.00–15.30",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def year_2026(cast):
    """The calendar of 2026 as it was decreed."""
    proposals.propose(2026)
    proposals.confirm(2026, decree=SKB, by=cast.admin, at=TUESDAY)
    calendars.forget()


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


@pytest.fixture
def due_on_thursday(cast):
    """A ticket on a row of two days."""
    ticket = report(by=cast.reporter)
    for to in (2, 3, 4):
        ticket = advance(ticket, cast, to, penyebab="coding")
    return ticket


def page_of(response, status=200):
    assert response.status_code == status, response.status_code
    response.status_code = 200
    return read(response)


def boxes(page):
    """The days on the wall: [(number, class, words)]."""
    found = [cell for cell in select(page, "table.wall td.day") if "day-none" not in cell.get("class")]
    return [(words(one(cell, ".day-no")).split(",")[0], cell.get("class").split()[1], words(cell)) for cell in found]


def carried(page):
    """What a page would post: its hidden fields."""
    fields = [field for form in select(page, "form.narrow") for field in select(form, "input[type=hidden]")]
    return {field.get("name"): field.get("value") or "" for field in fields if "csrf" not in field.get("name")}


def save(client, address, typed, reason="Edaran terbit."):
    """Both steps, as a browser takes them; the answer to the second."""
    seen = page_of(client.post(address, {**typed, "langkah": "periksa"}))
    return client.post(address, {**carried(seen), "reason": reason, "langkah": "simpan"})


# The wall


def test_a_month_hangs_there_monday_first_with_its_days_off_by_name(cast, client_of, year_2026):
    page = read(client_of(cast.reporter).get("/kalender/?bulan=2026-12"))

    assert [words(head) for head in select(page, "table.wall th")][:7] == [
        "Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu",
    ]  # fmt: skip
    shown = boxes(page)
    assert [number for number, _, _ in shown] == [str(day) for day in range(1, 32)]
    assert shown[23] == ("24", "day-cuti", "24 Cuti bersama Hari Raya Natal")
    assert shown[24] == ("25", "day-libur", "25 Libur nasional Hari Raya Natal")
    assert (shown[0][1], shown[4][1]) == ("day-kerja", "day-akhir-pekan")
    assert words(one(page, "ul.named")) == (
        "24 Desember Kamis Hari Raya Natal Cuti bersama 25 Desember Jumat Hari Raya Natal Libur nasional"
    )
    assert words(one(page, "p.year-state")) == f"Ditetapkan {SKB}"


def test_opened_days_and_ordinary_ones_are_shown_with_their_hours(cast, client_of, year_2026):
    CalendarDay.objects.create(date=date(2026, 12, 26), kind="buka", name="Layanan akhir tahun", hours="08.00–12.00")
    CalendarDay.objects.filter(date=date(2026, 12, 24)).update(kind="biasa")
    calendars.forget()

    shown = boxes(read(client_of(cast.reporter).get("/kalender/?bulan=2026-12")))

    assert shown[25] == ("26", "day-buka", "26 Hari kerja khusus Layanan akhir tahun 08.00–12.00")
    assert shown[23] == ("24", "day-kerja", "24 Hari biasa Hari Raya Natal")


def test_the_hours_of_each_week_stand_beside_it_and_ramadan_has_its_band(cast, client_of):
    page = read(client_of(cast.reporter).get("/kalender/?bulan=2026-03"))

    beside = [(cell.get("rowspan"), words(cell)) for cell in select(page, "table.wall td.wall-hours")]
    assert beside == [
        ("4", "Ramadan 1447 H Senin–Kamis 08.00–12.00, 12.30–15.00 Jumat 08.00–12.00, 13.00–15.30"),
        ("2", "Jam kerja normal Senin–Kamis 07.30–12.00, 13.00–16.00 Jumat 07.30–12.00, 13.30–16.30"),
    ]
    assert len(select(page, "table.wall td.in-period")) == 20


def test_without_a_month_the_current_one_is_shown_with_today_marked(cast, client_of):
    page = read(client_of(cast.reporter).get("/kalender/"))

    assert words(one(page, "h1")) == "November 2026"
    assert words(one(page, "td.is-today .day-no")) == "17"
    links = {link.get("rel"): link.get("href") for link in select(page, ".wall-turn a")}
    assert links == {"prev": "?bulan=2026-10", "next": "?bulan=2026-12"}


def test_a_year_that_is_a_proposal_or_empty_says_so(cast, client_of):
    proposals.propose(2027)
    client = client_of(cast.reporter)

    proposed, empty = (one(read(client.get(f"/kalender/{year}/")), "p.year-state") for year in (2027, 2028))

    assert words(proposed) == "Usulan Hari libur 2027 belum ditetapkan dan masih dapat berubah."
    assert words(empty) == "Belum diisi Kalender 2028 belum diisi; hanya akhir pekan yang dihitung libur."


def test_a_year_shows_twelve_months_and_every_day_with_a_name(cast, client_of, year_2026):
    page = read(client_of(cast.reporter).get("/kalender/2026/"))

    assert [words(caption) for caption in select(page, "caption")][::11] == ["Januari", "Desember"]
    assert len(select(page, "table.small-month")) == 12
    assert (len(select(page, "td.small-libur")), len(select(page, "td.small-cuti"))) == (17, 8)
    assert len(select(page, "ul.named li")) == 25


def test_estimates_are_marked_until_the_year_is_confirmed(cast, client_of):
    proposals.propose(2027)
    client = client_of(cast.reporter)
    before = words(one(read(client.get("/kalender/?bulan=2027-05")), "ul.named"))

    proposals.confirm(2027, decree=SKB, by=cast.admin, at=TUESDAY)
    after = words(one(read(client.get("/kalender/?bulan=2027-05")), "ul.named"))

    assert ("perkiraan, dapat bergeser" in before, "perkiraan" in after) == (True, False)


@pytest.mark.parametrize(
    "address",
    [
        "/kalender/?bulan=2026-13",
        "/kalender/?bulan=besok",
        "/kalender/?bulan=1999-12",
        "/kalender/1999/",
        "/kalender/2101/",
    ],
)
def test_months_and_years_there_are_not_are_not_found(cast, client_of, address):
    assert client_of(cast.reporter).get(address).status_code == 404


def test_the_first_and_last_month_lead_no_further(cast, client_of):
    client = client_of(cast.reporter)

    ends = [select(read(client.get(f"/kalender/?bulan={month}")), ".wall-turn a") for month in ("2000-01", "2100-12")]

    assert [[link.get("rel") for link in links] for links in ends] == [[None, "next"], ["prev", None]]


@pytest.mark.parametrize("address", ["/kalender/?bulan=2026-03", "/kalender/2026/", "/kalender/jam-kerja/"])
def test_a_page_costs_the_same_queries_with_days_and_without(
    admin, address, django_assert_num_queries, django_assert_max_num_queries
):
    admin.get(address)
    with django_assert_max_num_queries(12) as before:
        admin.get(address)

    proposals.propose(2026)

    with django_assert_num_queries(len(before)):
        admin.get(address)


# Who may what

READ = ["/kalender/", "/kalender/2026/", "/kalender/jam-kerja/"]


def changing(cast):
    """Every address by which the calendar is changed."""
    day = CalendarDay.objects.create(date=date(2026, 12, 24), kind="cuti", name="Natal")
    ramadan = WorkingPeriod.objects.get(starts_on__isnull=False)
    return [
        NEW_DAY, f"{NEW_DAY}{day.pk}/", f"{NEW_DAY}{day.pk}/hapus/", "/kalender/jam-kerja/baru/",
        f"/kalender/jam-kerja/{ramadan.pk}/", f"/kalender/jam-kerja/{ramadan.pk}/hapus/",
        "/kalender/2026/tetapkan/", "/kalender/2026/usulan/", "/kalender/2026/kembalikan/",
    ]  # fmt: skip


def test_everybody_who_is_signed_in_reads_the_calendar(cast, client_of):
    statuses = {client_of(person).get(address).status_code for person in cast.everybody for address in READ}

    assert statuses == {200}
    assert {Client().get(address).status_code for address in READ} == {302}


def test_only_administrators_change_it(cast, client_of):
    addresses = changing(cast)
    typed = {**ELECTION, **RAMADAN, "decree": SKB, "reason": "Coba.", "version": 0, "langkah": "simpan"}
    others = [client_of(person) for person in cast.everybody if person != cast.admin]
    before = everything_stored()

    statuses = {
        method(address, typed).status_code
        for client in others
        for method in (client.get, client.post)
        for address in addresses
    }
    led_to = {Client().post(address, typed)["Location"].split("?")[0] for address in addresses}

    assert (statuses, led_to) == ({403}, {reverse("masuk")})
    assert everything_stored() == before
    assert {client.get("/kalender/perubahan/").status_code for client in others} == {403}


def test_looking_and_previewing_changes_nothing(cast, admin, due_on_thursday):
    addresses = changing(cast)
    before = everything_stored()

    for address in addresses:
        admin.get(address)
        admin.post(address, {**ELECTION, **RAMADAN, "langkah": "periksa"})

    after = everything_stored()
    assert {table for table in before if before[table] != after[table]} <= {"django_session"}


# A day


def test_a_closed_day_is_shown_with_what_it_moves_and_then_saved(cast, admin, due_on_thursday):
    seen = page_of(admin.post(NEW_DAY, {**ELECTION, "langkah": "periksa"}))

    assert words(one(seen, "ul.what")) == "18 November 2026: Libur daerah “Pemungutan suara” (SE Gubernur 45)."
    assert words(one(seen, "ul.moves li")) == (
        f"{due_on_thursday.number} langkah 4 Programmer "
        "19 Nov 2026 16.00 WIB 20 Nov 2026 16.30 WIB 1 hari 30 menit lebih lambat"
    )
    assert not CalendarDay.objects.exists()

    response = admin.post(NEW_DAY, {**carried(seen), "reason": "Edaran terbit.", "langkah": "simpan"}, follow=True)

    assert response.redirect_chain == [("/kalender/?bulan=2026-11", 302)]
    assert words(one(read(response), ".messages")) == "Kalender disimpan. 1 tenggat disesuaikan."
    day = CalendarDay.objects.get()
    assert (day.date, day.kind, day.decree, day.is_override) == (date(2026, 11, 18), "lokal", "SE Gubernur 45", True)
    assert (CalendarChange.objects.get().by, CalendarChange.objects.get().reason) == (cast.admin, "Edaran terbit.")


def test_an_opened_day_has_hours_written_the_one_way(admin):
    typed = {"date": "2026-11-21", "kind": "buka", "name": "Lembur", "decree": "ST 1", "hours": "8:00-12:00"}

    save(admin, NEW_DAY, typed)

    assert CalendarDay.objects.get().hours == "08.00–12.00"


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"date": ""}, "date", "Silakan isi tanggal."),
        ({"date": "1899-01-01"}, "date", "Tanggal paling awal 1 Januari 2000."),
        ({"date": "2026-12-24"}, "date", "Tanggal ini sudah ada pada kalender: Natal. Silakan ubah hari itu."),
        ({"kind": ""}, "kind", "Silakan pilih jenisnya."),
        ({"name": " "}, "name", "Silakan tuliskan nama hari ini, misalnya Hari jadi provinsi."),
        ({"decree": ""}, "decree", "Silakan tuliskan dasarnya."),
        ({"kind": "buka"}, "hours", "Silakan isi jam kerja pada hari ini."),
        ({"kind": "buka", "hours": "12.00–08.00"}, "hours", "Jam kerja 12.00–08.00 harus berakhir sesudah dimulai."),
        ({"hours": "08.00–09.00"}, "hours", "Kosongkan: hanya hari kerja khusus yang memiliki jam kerja sendiri."),
    ],
)
def test_what_is_wrong_with_a_day_is_said_beside_its_field_and_all_stays(admin, typed, field, sentence):
    CalendarDay.objects.create(date=date(2026, 12, 24), kind="cuti", name="Natal")

    page = page_of(admin.post(NEW_DAY, {**ELECTION, **typed, "langkah": "periksa"}), status=422)

    assert sentence in words(one(page, f"#div_id_{field}"))
    filled = {**ELECTION, **typed}
    for name in {"date", "name", "decree"} - {field}:
        assert one(page, f"#id_{name}").get("value") == filled[name]


def test_going_back_keeps_everything_that_was_typed(admin):
    seen = page_of(admin.post(NEW_DAY, {**ELECTION, "langkah": "periksa"}))

    page = page_of(admin.post(NEW_DAY, {**carried(seen), "reason": "", "langkah": "isi"}))

    assert {name: one(page, f"#id_{name}").get("value") for name in ("date", "name", "decree")} == {
        name: ELECTION[name] for name in ("date", "name", "decree")
    }
    assert [radio.get("value") for radio in select(page, "input[name=kind]") if "checked" in radio.attrib] == ["lokal"]
    assert select(page, ".invalid-feedback") == []


def test_a_change_needs_its_reason(admin):
    response = save(admin, NEW_DAY, ELECTION, reason="  ")

    page = page_of(response, status=422)
    assert "Silakan tuliskan mengapa kalender diubah." in words(one(page, "#div_id_reason"))
    assert carried(page)["name"] == ELECTION["name"]
    assert not CalendarDay.objects.exists()


def test_a_calendar_that_somebody_else_changed_meanwhile_is_shown_anew(cast, admin, client_of, due_on_thursday):
    seen = page_of(admin.post(NEW_DAY, {**ELECTION, "langkah": "periksa"}))
    save(client_of(cast.admin), NEW_DAY, {**ELECTION, "date": "2026-11-20", "name": "Cuti daerah"})

    page = page_of(admin.post(NEW_DAY, {**carried(seen), "reason": "Edaran terbit.", "langkah": "simpan"}))

    assert words(one(page, "[role=alert]")) == (
        "Kalender baru saja diubah oleh administrator lain. Silakan periksa kembali akibatnya."
    )
    assert "23 Nov 2026 16.00 WIB" in words(one(page, "ul.moves"))
    assert one(page, "#id_reason").get("value") == "Edaran terbit."
    assert not CalendarDay.objects.filter(date=date(2026, 11, 18)).exists()

    admin.post(NEW_DAY, {**carried(page), "reason": "Edaran terbit.", "langkah": "simpan"})

    assert CalendarDay.objects.filter(date=date(2026, 11, 18)).exists()


def test_a_day_that_was_proposed_and_then_edited_belongs_to_the_administrator(admin):
    proposals.propose(2026)
    eve = CalendarDay.objects.get(date=date(2026, 12, 24))
    typed = {"kind": "biasa", "name": "Layanan tetap buka", "decree": "SE 9"}

    save(admin, f"{NEW_DAY}{eve.pk}/", typed)

    eve.refresh_from_db()
    assert (eve.kind, eve.is_override, eve.date) == ("biasa", True, date(2026, 12, 24))
    assert CalendarChange.objects.get().what == [
        "24 Desember 2026: semula Cuti bersama “Hari Raya Natal”, menjadi Hari biasa “Layanan tetap buka” (SE 9)."
    ]


def test_a_form_that_changes_nothing_says_so(admin):
    day = CalendarDay.objects.create(date=date(2026, 12, 24), kind="cuti", name="Natal", decree="SE 9")

    page = page_of(
        admin.post(f"{NEW_DAY}{day.pk}/", {"kind": "cuti", "name": "Natal", "decree": "SE 9", "langkah": "periksa"}),
        status=422,
    )

    assert words(one(page, "[role=alert]")) == "Belum ada yang diubah."


def test_the_day_that_is_asked_for_is_the_one_on_the_calendar(admin):
    day = CalendarDay.objects.create(date=date(2026, 12, 24), kind="cuti", name="Natal")

    there, new = (admin.get(f"{NEW_DAY}?tanggal={asked}") for asked in ("2026-12-24", "2026-12-23"))

    assert there["Location"] == f"{NEW_DAY}{day.pk}/"
    assert one(read(new), "#id_date").get("value") == "2026-12-23"


def test_removing_a_proposed_day_makes_it_ordinary_and_no_import_brings_it_back(admin):
    proposals.propose(2026)
    eve = CalendarDay.objects.get(date=date(2026, 12, 24))

    save(admin, f"{NEW_DAY}{eve.pk}/hapus/", {})
    proposals.propose(2026)

    eve.refresh_from_db()
    assert (eve.kind, eve.is_override) == ("biasa", True)
    assert calendars.of_rows().is_open(TUESDAY.replace(month=12, day=24))


def test_removing_what_an_administrator_entered_removes_it(admin):
    day = CalendarDay.objects.create(date=date(2026, 12, 23), kind="lokal", name="Libur", is_override=True)

    response = save(admin, f"{NEW_DAY}{day.pk}/hapus/", {})

    assert response["Location"] == "/kalender/?bulan=2026-12"
    assert not CalendarDay.objects.exists()


# Hours


def test_hours_of_a_period_are_added_as_they_were_typed(admin):
    response = save(admin, "/kalender/jam-kerja/baru/", RAMADAN)

    assert response["Location"] == "/kalender/jam-kerja/"
    period = WorkingPeriod.objects.get(name="Ramadan 1448 H")
    assert (period.starts_on, period.ends_on) == (date(2027, 2, 8), date(2027, 3, 9))
    assert (period.monday, period.friday, period.saturday) == (
        "08.00–12.00, 12.30–15.00", "08.00–12.00, 13.00–15.30", "",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"name": ""}, "name", "Silakan tuliskan nama jam kerja ini."),
        ({"starts_on": ""}, "starts_on", "Silakan isi tanggal."),
        ({"ends_on": "2027-02-01"}, "ends_on", "Tanggal akhir mendahului tanggal mulai."),
        ({"friday": "pagi"}, "friday", "Jam kerja “pagi” tidak terbaca."),
        ({"monday": "08.00–12.00, 11.00–15.00"}, "monday", "hilangkan tumpang tindihnya"),
        (dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), ""), "monday", "sedikitnya satu hari"),
    ],
)
def test_what_is_wrong_with_hours_is_said_beside_their_field(admin, typed, field, sentence):
    page = page_of(admin.post("/kalender/jam-kerja/baru/", {**RAMADAN, **typed, "langkah": "periksa"}), status=422)

    assert sentence in words(one(page, f"#div_id_{field}"))
    assert (one(page, "#id_thursday").get("value") or "") == {**RAMADAN, **typed}["thursday"]


def test_the_normal_hours_are_edited_and_never_removed(cast, admin, due_on_thursday):
    normal = WorkingPeriod.objects.get(starts_on=None)
    address = f"/kalender/jam-kerja/{normal.pk}/"
    form = read(admin.get(address))
    typed = {field.get("name"): field.get("value") or "" for field in select(form, "form.narrow input")}

    save(admin, address, {**typed, "friday": "07.30–11.30"})

    normal.refresh_from_db()
    assert normal.friday == "07.30–11.30"
    assert CalendarChange.objects.get().what == [
        "Jam kerja “Jam kerja normal”: Jumat 07.30–12.00, 13.30–16.30 menjadi 07.30–11.30."
    ]
    assert "starts_on" not in typed
    assert select(form, "form.remove") == []
    assert admin.post(f"{address}hapus/", {"langkah": "periksa"}).status_code == 404


def test_hours_of_a_period_are_removed(admin):
    ramadan = WorkingPeriod.objects.get(starts_on__isnull=False)

    save(admin, f"/kalender/jam-kerja/{ramadan.pk}/hapus/", {})

    assert list(WorkingPeriod.objects.values_list("name", flat=True)) == ["Jam kerja normal"]


# A year


def test_a_year_goes_from_empty_to_proposed_to_confirmed_and_back(cast, admin):
    address = "/kalender/2027/"
    states = []
    for step, typed in (("usulan", {}), ("tetapkan", {"decree": SKB}), ("kembalikan", {})):
        response = save(admin, f"{address}{step}/", typed)
        assert response["Location"] == address
        year = CalendarYear.objects.get(year=2027)
        states.append((year.status, year.decree, year.confirmed_by))

    assert states == [("usulan", "", None), ("ditetapkan", SKB, cast.admin), ("usulan", "", None)]
    assert CalendarChange.objects.count() == 3


def test_a_proposal_that_brings_nothing_new_offers_nothing_to_save(admin):
    proposals.propose(2027)

    page = page_of(admin.post("/kalender/2027/usulan/", {"langkah": "periksa"}))

    assert words(one(page, ".notice")) == "Tidak ada yang berubah: kalender sudah seperti ini."
    assert "Simpan perubahan" not in words(page)


def test_a_confirmed_year_refuses_a_proposal_with_a_sentence(admin, year_2026):
    response = admin.post("/kalender/2026/usulan/", {"langkah": "periksa"}, follow=True)

    assert words(one(read(response), ".messages")) == (
        "Kalender 2026 sudah ditetapkan. Kembalikan dahulu menjadi usulan."
    )


def test_a_year_is_confirmed_by_a_number_only(admin):
    proposals.propose(2027)

    page = page_of(admin.post("/kalender/2027/tetapkan/", {"decree": " ", "langkah": "periksa"}), status=422)

    assert "Silakan tuliskan nomor SKB." in words(one(page, "#div_id_decree"))


# The log, and what is to be seen to


def test_the_log_says_who_changed_what_why_and_what_it_moved(cast, admin, due_on_thursday):
    save(admin, NEW_DAY, ELECTION)

    entry = one(read(admin.get("/kalender/perubahan/")), "ol.changes li")

    assert words(entry).split("Alasan")[0] == (
        f"{CalendarChange.objects.get().pk} 18 November 2026: Libur daerah “Pemungutan suara” (SE Gubernur 45). "
        "Dewi Admin · baru saja "
    )
    assert words(one(entry, "ul.moved")) == (
        f"{due_on_thursday.number}, langkah 4: 19 Nov 2026 16.00 WIB menjadi 20 Nov 2026 16.30 WIB"
    )


def test_administrators_read_what_is_to_be_seen_to_on_the_calendar_and_on_beranda(cast, admin, client_of, year_2026):
    pages = [read(admin.get(page)) for page in ("/kalender/", "/", "/kesehatan/")]
    others = words(read(client_of(cast.holder(Role.PROGRAMMER)).get("/kalender/")))

    assert ["Kalender 2027 belum diisi." in words(page) for page in pages] == [True] * 3
    links = [[link.get("href") for link in select(page, "a") if words(link) == "Buka kalender 2027"] for page in pages]
    assert links == [["/kalender/2027/"]] * 3
    assert "kalender 2027" not in others.lower()


def test_the_way_to_the_calendar_begins_on_the_sop_page(cast, client_of):
    page = read(client_of(cast.reporter).get("/sop/"))

    assert [words(link) for link in select(page, "main a") if link.get("href") == "/kalender/"] == ["Kalender kerja"]


def test_the_calendar_leads_back_to_where_it_is_found(cast, client_of):
    addresses = ["/kalender/", "/kalender/2026/", "/kalender/jam-kerja/"]
    ways = {
        person.name: {
            (one(page, "nav.breadcrumb-quiet a").get("href"), words(one(page, "nav.rail [aria-current=true]")))
            for page in (read(client_of(person).get(address)) for address in addresses)
        }
        for person in (cast.admin, cast.reporter)
    }

    assert ways == {
        cast.admin.name: {("/pengaturan/", "Pengaturan")},
        cast.reporter.name: {("/sop/", "SOP")},
    }
