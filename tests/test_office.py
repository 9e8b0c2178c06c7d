"""Identitas kantor: administrators enter it section by section, and papers say what they entered."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image
from pypdf import PdfReader

from tests.factories import TUESDAY, png, screenshot_file
from tests.pages import one, read, select, words
from tickets.demo.identity import seed_identity
from tickets.models import AuditEntry, Office, Signer
from tickets.reports import numbers
from workflows import sops
from workflows.models import SopApproval, identity_of
from workflows.roles import Role

pytestmark = pytest.mark.django_db

PAGES = [
    "/kantor/", "/kantor/kop/", "/kantor/kertas/", "/kantor/nomor/", "/kantor/logo/", "/kantor/contoh.pdf",
    "/kantor/penanda-tangan/kepala_bidang_aptika/", "/kantor/pengesahan/website-2024/",
]  # fmt: skip
HEAD = {
    "government": "Pemerintah Provinsi Sumatera Barat", "organisation": "Dinas Kominfotik", "unit": "Bidang Aptika",
    "address": "Jalan Merdeka 1", "contact": "", "city": "Padang",
}  # fmt: skip
NUMBERS = {
    "unit_code": "Diskominfotik", "completion_code": "LPM", "completion_number": "{kode}/{urut}/{unit}/{tahun}",
    "sla_code": "SLA", "sla_number": "{urut}/{kode}/{bulan}/{tahun}",
}  # fmt: skip
SIGNER = {
    "position": "Kepala Bidang Aptika", "name": "Ir. Zulkifli", "nip": "19700315 199603 1 001",
    "rank": "Pembina (IV/a)",
}  # fmt: skip
SIGNER_PAGE = "/kantor/penanda-tangan/kepala_bidang_aptika/"
APPROVAL_PAGE = "/kantor/pengesahan/website-2024/"
APPROVAL = {
    "number": "555/1", "created": "", "revised": "2024-07-01", "effective": "2024-08-01", "position": "Kepala Dinas",
    "name": "Drs. Syafrudin", "nip": "196501011990031001", "rank": "Pembina Utama Muda (IV/c)",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _on_tuesday():
    with time_machine.travel(TUESDAY, tick=False):
        yield


@pytest.fixture
def admin(cast, client_of):
    return client_of(cast.admin)


def refused(response, field):
    """The sentence beside a field, and what stands in it, of a page that was not saved."""
    assert response.status_code == 422, response.status_code
    response.status_code = 200
    page = read(response)
    return words(one(page, f"#error_1_id_{field}")), one(page, f"#id_{field}").get("value")


# Who


@pytest.mark.parametrize("address", PAGES)
def test_only_administrators_open_it(cast, client_of, address):
    asked = [client_of(someone).get(address).status_code for someone in (cast.holder("sub_koordinator"), cast.admin)]

    assert asked == [403, 200]


@pytest.mark.parametrize(
    "address", ["/kantor/tidak-ada/", "/kantor/penanda-tangan/programmer/", "/kantor/pengesahan/x/"]
)
def test_sections_there_are_not_are_not_found(admin, address):
    assert admin.get(address).status_code == 404


def test_a_change_stands_in_the_audit_trail_with_its_section_and_who_made_it(cast, admin):
    admin.post("/kantor/kop/", HEAD)
    admin.post(SIGNER_PAGE, SIGNER)

    changes = AuditEntry.objects.filter(event=AuditEntry.Event.OFFICE_CHANGED).order_by("pk")
    assert [(entry.by, entry.facts) for entry in changes] == [
        (cast.admin, {"section": "kop"}),
        (cast.admin, {"section": "signer kepala_bidang_aptika"}),
    ]


# Kop


def test_the_letterhead_is_shown_as_it_was_entered(admin):
    response = admin.post("/kantor/kop/", HEAD, follow=True)

    assert response.redirect_chain == [("/kantor/", 302)]
    assert words(one(read(response), "div.letterhead")) == (
        "Pemerintah Provinsi Sumatera Barat Dinas Kominfotik Bidang Aptika Jalan Merdeka 1"
    )


def test_a_letterhead_without_its_city_is_refused_and_keeps_what_was_typed(admin):
    response = admin.post("/kantor/kop/", HEAD | {"city": "", "address": "Jalan Baru 2"})

    assert refused(response, "city")[0] == "Silakan tuliskan kota."
    assert 'value="Jalan Baru 2"' in response.content.decode()
    assert not Office.objects.exists()


def test_two_sections_do_not_undo_each_other(admin):
    admin.post("/kantor/kop/", HEAD)
    admin.post("/kantor/kertas/", {"paper": "f4"})
    admin.post("/kantor/kop/", HEAD | {"city": "Bukittinggi"})

    office = Office.current()
    assert (office.paper, office.city, office.address) == ("f4", "Bukittinggi", "Jalan Merdeka 1")


def test_a_paper_size_there_is_not_is_refused(admin):
    response = admin.post("/kantor/kertas/", {"paper": "a3"})

    assert response.status_code == 422
    assert "Silakan pilih salah satu ukuran di bawah ini." in response.content.decode()


# Logo


def test_a_logo_is_drawn_anew_shown_to_those_signed_in_and_removed(cast, admin, client_of, client):
    admin.post("/kantor/logo/", {"logo": screenshot_file(colour="gold")})

    office = Office.current()
    stored = office.logo.storage.path(office.logo.name)
    shown = client_of(cast.reporter).get("/kantor/logo/berkas/")
    assert (shown["Content-Type"], shown["Content-Security-Policy"]) == ("image/png", "default-src 'none'; sandbox")
    assert Image.open(io.BytesIO(b"".join(shown.streaming_content))).size == (64, 40)
    assert client.get("/kantor/logo/berkas/").status_code == 302
    assert select(read(admin.get("/kantor/")), "div.letterhead img")

    admin.post("/kantor/logo/", {"hapus": "1"})

    assert client_of(cast.reporter).get("/kantor/logo/berkas/").status_code == 404
    assert not Office.current().logo
    assert stored.endswith(".png")


def test_a_new_logo_takes_the_place_of_the_old_one_on_disk(admin, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/kantor/logo/", {"logo": screenshot_file(colour="gold")})
    before = Office.current().logo
    with django_capture_on_commit_callbacks(execute=True):
        admin.post("/kantor/logo/", {"logo": screenshot_file(colour="red")})

    assert not before.storage.exists(before.name)
    assert before.storage.exists(Office.current().logo.name)


def noise(side):
    """A picture that no encoder makes small."""
    target = io.BytesIO()
    Image.effect_noise((side, side), 100).convert("RGB").save(target, "PNG")
    return target.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("kosong.png", lambda: b"", "“kosong.png” kosong. Silakan pilih berkas lain."),
        ("surat.pdf", lambda: b"%PDF-1.7 %%EOF", "“surat.pdf” bukan gambar PNG, JPEG, atau WebP."),
        ("logo.svg", lambda: b"<svg onload='alert(1)'/>", "“logo.svg” bukan gambar PNG, JPEG, atau WebP."),
        ("besar.png", lambda: noise(1100), "“besar.png” lebih besar dari 2 MB. Silakan perkecil gambarnya."),
        (
            "lebar.png",
            lambda: png(width=2001),
            "“lebar.png” terlalu besar: paling panjang 2.000 piksel pada setiap sisi.",
        ),
        (
            "rusak.png",
            lambda: png()[:60],
            "“rusak.png” tidak dapat dipakai: rusak, bergerak, atau terlalu besar. Silakan pilih gambar lain.",
        ),
    ],
    ids=["empty", "pdf", "svg", "bytes", "pixels", "broken"],
)
def test_what_is_no_logo_is_refused_with_a_sentence(admin, name, content, sentence):
    response = admin.post("/kantor/logo/", {"logo": SimpleUploadedFile(name, content(), content_type="image/png")})

    assert refused(response, "logo")[0] == sentence
    assert not Office.current().logo


# Nomor surat


def test_a_number_has_its_parts_in_the_order_of_the_pattern():
    made = numbers.number(
        "{urut}/{kode}-{unit}/{bulan}/{tahun}", code="LPM", sequence=7, unit="Aptika", day=date(2026, 11, 2)
    )

    assert made == "007/LPM-Aptika/XI/2026"
    assert numbers.number("{urut}.{tahun}", code="", sequence=1234, unit="", day=date(2027, 1, 1)) == "1234.2027"


def test_patterns_are_shown_with_an_example_before_and_after_they_are_changed(admin):
    before = [words(example) for example in select(read(admin.get("/kantor/nomor/")), "p.example")]
    admin.post("/kantor/nomor/", NUMBERS)
    after = [words(cell) for cell in select(read(admin.get("/kantor/")), "div.num")]

    assert before == ["contoh: LPM/001/Diskominfotik/2026", "contoh: SLA/001/Diskominfotik/2026"]
    assert after == ["A4 (210 × 297 mm)", "contoh: LPM/001/Diskominfotik/2026", "contoh: 001/SLA/XI/2026"]


def test_an_example_can_be_looked_at_without_saving(admin):
    page = read(admin.post("/kantor/nomor/", NUMBERS | {"completion_code": "BA", "contoh": "1"}))

    assert words(one(page, "p.example")) == "contoh: BA/001/Diskominfotik/2026"
    assert not Office.objects.exists()


@pytest.mark.parametrize(
    ("pattern", "sentence"),
    [
        ("{kode}/{tahun}", "Bagian {urut} wajib ada, agar tidak ada dua dokumen dengan nomor yang sama."),
        ("{kode}/{urut}", "Bagian {tahun} wajib ada, agar tidak ada dua dokumen dengan nomor yang sama."),
        (
            "{urut}/{tahun}/{nama}",
            "Bagian {nama} tidak dikenal. Yang dapat dipakai: {kode}, {urut}, {unit}, {bulan}, {tahun}.",
        ),
        (
            "{urut!r}/{tahun}",
            "Bagian {urut!r} tidak dikenal. Yang dapat dipakai: {kode}, {urut}, {unit}, {bulan}, {tahun}.",
        ),
        ("{urut}/{tahun}/{", "Kurung kurawal hanya untuk bagian ini: {kode}, {urut}, {unit}, {bulan}, {tahun}."),
        ("{urut}/{urut}/{tahun}", "Bagian {urut} hanya boleh ditulis satu kali."),
        ("{urut}\t{tahun}", "Tulis dalam satu baris, tanpa tanda yang tidak terlihat."),
        ("", "Silakan tuliskan pola nomor."),
        (f"{{urut}}/{{tahun}}/{'x' * 50}", "Paling banyak 60 karakter; sekarang 65."),
    ],
    ids=["no-urut", "no-tahun", "unknown", "conversion", "brace", "twice", "tab", "empty", "long"],
)
def test_a_pattern_that_makes_no_numbers_is_refused_and_stays(admin, pattern, sentence):
    response = admin.post("/kantor/nomor/", NUMBERS | {"sla_number": pattern})

    assert refused(response, "sla_number") == (sentence, pattern or None)
    assert not Office.objects.exists()


def test_a_code_holds_no_part_of_its_own(admin):
    response = admin.post("/kantor/nomor/", NUMBERS | {"sla_code": "{urut}"})

    assert refused(response, "sla_code")[0] == "Kurung kurawal tidak dapat dipakai dalam kode."


def test_the_longest_number_fits_where_numbers_are_kept():
    pattern = "{kode}{urut}{unit}{bulan}{tahun}".ljust(60, "x")

    made = numbers.number(pattern, code="k" * 20, sequence=99_999, unit="u" * 40, day=date(2026, 8, 1))

    assert len(made) <= 120


# Penanda tangan


def test_a_signer_is_entered_shown_and_emptied_again(admin):
    admin.post(SIGNER_PAGE, SIGNER)

    signer = Signer.objects.get()
    assert (signer.role, signer.position, signer.name, signer.nip, signer.rank) == (
        Role.KEPALA_BIDANG_APTIKA, "Kepala Bidang Aptika", "Ir. Zulkifli", "197003151996031001", "Pembina (IV/a)",
    )  # fmt: skip
    assert "NIP 197003151996031001" in admin.get("/kantor/").content.decode()

    admin.post(SIGNER_PAGE, dict.fromkeys(SIGNER, ""))

    assert not Signer.objects.exists()


def test_the_button_removes_a_signer_too(admin):
    admin.post(SIGNER_PAGE, SIGNER)
    assert words(one(read(admin.get(SIGNER_PAGE)), "form.remove button")) == "Hapus penanda tangan"

    admin.post(SIGNER_PAGE, {"hapus": "1"})

    assert not Signer.objects.exists()


def test_a_role_without_a_signer_offers_its_own_name_as_position(admin):
    page = read(admin.get("/kantor/penanda-tangan/subkoordinator_aplikasi/"))

    assert one(page, "#id_position").get("value") == "Subkoordinator Aplikasi"
    assert not select(page, "form.remove")


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"nip": "1970"}, "nip", "NIP terdiri atas 18 angka; yang tertulis 4 tanda."),
        ({"nip": "19700315199603100A"}, "nip", "NIP terdiri atas 18 angka; yang tertulis 18 tanda."),
        ({"nip": "٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣٣"}, "nip", "NIP terdiri atas 18 angka; yang tertulis 18 tanda."),
        ({"name": ""}, "name", "Silakan tuliskan nama penanda tangan."),
        ({"position": ""}, "position", "Silakan tuliskan jabatan penanda tangan."),
        ({"rank": "x" * 81}, "rank", "Paling banyak 80 karakter; sekarang 81."),
    ],
    ids=["short", "letter", "arabic", "no-name", "no-position", "long"],
)
def test_what_is_wrong_with_a_signer_is_said_beside_its_field(admin, typed, field, sentence):
    response = admin.post(SIGNER_PAGE, SIGNER | typed)

    assert refused(response, field) == (sentence, typed[field] or None)
    assert not Signer.objects.exists()


# Pengesahan SOP


def test_an_approval_makes_the_copy_in_hand_a_valid_one(admin):
    admin.post(APPROVAL_PAGE, APPROVAL)

    identity = identity_of(sops.get("website-2024"))
    assert (identity.number, identity.created, identity.revised, identity.effective) == (
        "555/1", date(2024, 6, 10), date(2024, 7, 1), date(2024, 8, 1),
    )  # fmt: skip
    assert (identity.approved_by.name, identity.approved_by.nip) == ("Drs. Syafrudin", "196501011990031001")
    pills = [words(pill) for pill in select(read(admin.get("/kantor/")), "span.pill")]
    assert [pill for pill in pills if pill != "Demo"] == ["Salinan kerja", "Disahkan"]


def test_the_form_says_what_the_file_of_the_sop_has(admin):
    page = read(admin.get(APPROVAL_PAGE))

    assert words(one(page, "dl.parts")) == (
        "No. SOP 555/385/Diskominfotik/2024 Tanggal pembuatan 10 Juni 2024 Tanggal revisi tidak ada "
        "Tanggal efektif tidak ada Disahkan oleh tidak ada"
    )


def test_an_emptied_approval_leaves_what_the_file_says(admin):
    admin.post(APPROVAL_PAGE, APPROVAL)
    admin.post(APPROVAL_PAGE, dict.fromkeys(APPROVAL, ""))

    sop = sops.get("website-2024")
    assert not SopApproval.objects.exists()
    assert identity_of(sop) == sop.identity


@pytest.mark.parametrize(
    ("typed", "field", "sentence"),
    [
        ({"revised": "2024-06-09"}, "revised", "Tanggal revisi mendahului tanggal pembuatan."),
        (
            {"created": "2024-09-01", "revised": ""},
            "effective",
            "Tanggal efektif mendahului tanggal pembuatan.",
        ),
        ({"effective": "kemarin"}, "effective", "Tanggal ini tidak terbaca. Tulislah seperti 10/06/2024."),
        ({"name": ""}, "name", "Silakan tuliskan nama yang mengesahkan."),
        ({"position": ""}, "position", "Silakan tuliskan jabatan yang mengesahkan."),
        ({"nip": "12"}, "nip", "NIP terdiri atas 18 angka; yang tertulis 2 tanda."),
    ],
    ids=["revised-before", "effective-before", "no-date", "no-name", "no-position", "nip"],
)
def test_what_is_wrong_with_an_approval_is_said_beside_its_field(admin, typed, field, sentence):
    response = admin.post(APPROVAL_PAGE, APPROVAL | typed)

    assert refused(response, field)[0] == sentence
    assert not SopApproval.objects.exists()


# On paper


def test_the_specimen_prints_what_was_entered(admin):
    seed_identity()
    admin.post("/kantor/kertas/", {"paper": "f4"})
    admin.post("/kantor/logo/", {"logo": screenshot_file()})

    response = admin.get("/kantor/contoh.pdf")

    page = PdfReader(io.BytesIO(response.content)).pages[0]
    text = page.extract_text()
    assert (response["Content-Type"], len(page.images)) == ("application/pdf", 1)
    assert [round(float(side) / 72 * 25.4) for side in page.mediabox[2:]] == [215, 330]
    printed = ("Jalan Contoh Nomor 17", "LPM/001/Diskominfotik/2026", "Padang, 17 November 2026", "197003151996031999")
    assert [part for part in printed if part not in text] == []


def test_seeding_the_identity_twice_changes_nothing_that_was_entered(admin):
    seed_identity()
    admin.post("/kantor/kop/", HEAD)
    admin.post(SIGNER_PAGE, SIGNER)

    seed_identity()

    assert Office.current().address == "Jalan Merdeka 1"
    assert Signer.objects.get(role=Role.KEPALA_BIDANG_APTIKA).name == "Ir. Zulkifli"
    assert Signer.objects.count() == 3


def test_the_way_here_begins_on_beranda(admin):
    assert "/kantor/" in [link.get("href") for link in select(read(admin.get("/")), "a.rows-title")]
