"""Uploads: stored durably, private to their uploader until sent, then to those who may see the ticket."""

import os
import re
import stat
from datetime import timedelta
from pathlib import Path

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from tests import factories, hostile
from tests.factories import TUESDAY, screenshot_file
from tickets import actions, uploads
from tickets.forms.uploads import UploadsField, adopt_uploads
from tickets.models import Attachment, FileView
from workflows import inputs
from workflows.roles import Role

PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def pdf_file(name="hasil.pdf", content=PDF):
    return SimpleUploadedFile(name, content, content_type="application/pdf")


def files_on_disk(settings):
    return [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]


# Storing


def test_a_screenshot_is_stored_for_its_uploader_alone(cast):
    attachment = uploads.store(screenshot_file(), by=cast.reporter, documents=False, now=TUESDAY)

    attachment.refresh_from_db()
    assert (attachment.uploaded_by, attachment.uploaded_at, attachment.ticket) == (cast.reporter, TUESDAY, None)
    assert (attachment.kind, attachment.content_type) == (Attachment.Kind.IMAGE, "image/png")
    assert (attachment.name, attachment.width, attachment.height) == ("layar.png", 64, 40)
    assert attachment.size == attachment.file.size


def test_only_the_service_reads_what_is_stored(cast, settings):
    uploads.store(screenshot_file(), by=cast.reporter, documents=False)

    files = files_on_disk(settings)
    assert len(files) == 2
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o640}
    assert {stat.S_IMODE(file.parent.stat().st_mode) for file in files} == {0o750}
    assert all(len(file.stem) == 64 for file in files)


def test_files_and_their_folders_are_on_disk_before_a_row_names_them(cast, settings, monkeypatch):
    flushed, flush = set(), os.fsync

    def seen(handle):
        assert not Attachment.objects.exists()
        flushed.add(os.fstat(handle).st_ino)
        flush(handle)

    monkeypatch.setattr(os, "fsync", seen)
    uploads.store(screenshot_file(), by=cast.reporter, documents=False)

    files = files_on_disk(settings)
    assert flushed >= {path.stat().st_ino for file in files for path in (file, file.parent, file.parent.parent)}


def test_a_row_that_cannot_be_written_leaves_no_file(cast, settings, monkeypatch):
    def fail(*args, **kwargs):
        raise OSError("the disk is full")

    monkeypatch.setattr(Attachment, "save", fail)

    with pytest.raises(OSError, match="full"):
        uploads.store(screenshot_file(), by=cast.reporter, documents=False)
    assert files_on_disk(settings) == []


def test_a_pdf_is_a_document_and_kept_as_it_is(cast):
    attachment = uploads.store(pdf_file(), by=cast.reporter, documents=True)

    with attachment.file as file:
        assert file.read() == PDF
    assert (attachment.kind, attachment.content_type) == (Attachment.Kind.DOCUMENT, "application/pdf")
    assert not attachment.thumbnail


@pytest.mark.parametrize(
    ("file", "documents", "sentence"),
    [
        (pdf_file(), False, "“hasil.pdf” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, atau WebP."),
        (
            pdf_file(content=b"<html>%PDF-1.7 %%EOF"),
            True,
            "“hasil.pdf” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, WebP, atau dokumen PDF.",
        ),
        (
            pdf_file(content=b"%PDF-1.7 cut"),
            True,
            "“hasil.pdf” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, WebP, atau dokumen PDF.",
        ),
        (SimpleUploadedFile("a.png", b""), False, "“a.png” kosong. Silakan pilih berkas lain."),
        (
            SimpleUploadedFile("a.png", bytes(11 * 1024 * 1024)),
            False,
            "“a.png” berukuran 11,0 MB; paling besar 10 MB.",
        ),
        (
            SimpleUploadedFile("a.png", factories.png()[:60]),
            False,
            "“a.png” rusak atau tidak lengkap. Silakan ambil tangkapan layarnya sekali lagi.",
        ),
    ],
)
def test_what_is_refused_gets_one_sentence_that_names_it(cast, settings, file, documents, sentence):
    file.seek(0)

    with pytest.raises(ValidationError) as refusal:
        uploads.store(file, by=cast.reporter, documents=documents)

    assert refusal.value.messages == [sentence]
    assert files_on_disk(settings) == []


def test_forty_uploads_may_wait_to_be_sent(cast, monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UNATTACHED", 2)
    for _ in range(2):
        uploads.store(screenshot_file(), by=cast.reporter, documents=False)

    with pytest.raises(ValidationError, match="2 berkas Anda belum dikirim"):
        uploads.store(screenshot_file(), by=cast.reporter, documents=False)
    assert uploads.store(screenshot_file(), by=cast.stranger, documents=False)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\Siti\\layar.png", "layar.png"),
        ("la\0yar\r\n.png", "layar .png"),
        ("layar\u202egnp.exe", "layargnp.exe"),
        ("…", "…"),
        ("", "berkas"),
        (None, "berkas"),
        ("..", "berkas"),
    ],
)
def test_a_name_is_shown_as_modest_text(name, shown):
    assert uploads.shown_name(name) == shown


def test_a_long_name_keeps_its_ending():
    assert uploads.shown_name("a" * 500 + ".jpeg") == "a" * 94 + "….jpeg"


def test_uploads_nobody_sent_are_removed_after_a_day(cast, settings):
    uploads.store(screenshot_file(), by=cast.reporter, documents=False, now=TUESDAY - timedelta(hours=24, seconds=1))
    recent = uploads.store(screenshot_file(), by=cast.reporter, documents=False, now=TUESDAY - timedelta(hours=24))
    sent = factories.report(by=cast.reporter, now=TUESDAY - timedelta(days=9)).attachments.get()

    removed = uploads.remove_abandoned(TUESDAY), uploads.remove_abandoned(TUESDAY)

    assert removed == (1, 0)
    assert list(Attachment.objects.all()) == [recent, sent]
    assert len(files_on_disk(settings)) == 4


def test_an_upload_that_was_sent_in_the_meantime_is_not_removed(cast, settings):
    attachment = uploads.store(screenshot_file(), by=cast.reporter, documents=False)
    factories.report(by=cast.reporter, answers={"bukti_masalah": {"tangkapan_layar": [attachment.key]}})

    assert not uploads.discard(attachment)
    assert len(files_on_disk(settings)) == 2


# The address that takes files


def test_an_upload_is_answered_with_its_key_and_addresses(cast, client_of):
    answer = client_of(cast.reporter).post(reverse("lampiran-unggah"), {"berkas": screenshot_file()})

    stored = Attachment.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "key": stored.key,
        "name": "layar.png",
        "url": f"/lampiran/{stored.key}/",
        "thumbnail": f"/lampiran/{stored.key}/kecil/",
    }


def test_a_flood_fills_no_disk_and_is_refused_in_words(cast, client_of, monkeypatch):
    written = []
    write = uploads.TemporaryFileUploadHandler.receive_data_chunk
    monkeypatch.setattr(
        uploads.TemporaryFileUploadHandler,
        "receive_data_chunk",
        lambda self, data, start: (written.append(len(data)), write(self, data, start))[1],
    )
    flood = SimpleUploadedFile("banjir.png", bytes(15 * 1024 * 1024))

    answer = client_of(cast.reporter).post(reverse("lampiran-unggah"), {"berkas": flood})

    assert answer.status_code == 422
    assert answer.json()["error"] == "“banjir.png” berukuran 15,0 MB; paling besar 10 MB."
    assert sum(written) <= 10 * 1024 * 1024 + 64 * 1024


def test_an_upload_without_a_file_is_answered_in_words(cast, client_of):
    answer = client_of(cast.reporter).post(reverse("lampiran-unggah"), {"berkas": "bukan berkas"})

    assert answer.status_code == 422
    assert "Silakan unggah kembali" in answer.json()["error"]


def test_only_who_is_signed_in_uploads(client, db):
    answer = client.post(reverse("lampiran-unggah"), {"berkas": screenshot_file()})

    assert answer.status_code == 302
    assert not Attachment.objects.exists()


def test_one_removes_ones_own_upload_and_nobody_elses(cast, client_of, settings):
    attachment = uploads.store(screenshot_file(), by=cast.reporter, documents=False)
    address = reverse("lampiran", args=[attachment.key])

    answers = [
        client_of(person).delete(address).status_code for person in (cast.stranger, cast.reporter, cast.reporter)
    ]

    assert answers == [404, 204, 404]
    assert files_on_disk(settings) == []


def test_what_was_sent_is_no_longer_removable(cast, client_of):
    attachment = factories.report(by=cast.reporter).attachments.get()

    answer = client_of(cast.reporter).delete(reverse("lampiran", args=[attachment.key]))

    assert answer.status_code == 404
    assert Attachment.objects.filter(pk=attachment.pk).exists()


# Delivery


def bytes_of(answer):
    """What was sent; reading it to the end closes the file, as a browser's connection would."""
    return answer.getvalue() if answer.streaming else answer.content


def status_for(client, attachment):
    """How the picture and its thumbnail are answered: alike, always."""
    answers = [client.get(reverse(name, args=[attachment.key])) for name in ("lampiran", "lampiran-kecil")]
    for answer in answers:
        bytes_of(answer)
    full, small = (answer.status_code for answer in answers)
    assert full == small
    return full


def test_an_upload_not_sent_yet_is_its_uploaders_alone(cast, client_of):
    attachment = uploads.store(screenshot_file(), by=cast.reporter, documents=False)

    allowed = [person for person in cast.everybody if status_for(client_of(person), attachment) == 200]

    assert allowed == [cast.reporter]


def test_a_file_of_a_ticket_is_for_those_who_see_the_ticket(cast, client_of):
    attachment = factories.report("spj_online", by=cast.reporter).attachments.get()

    refused = [person.name for person in cast.everybody if status_for(client_of(person), attachment) == 404]

    website_only = (Role.SUB_KOORDINATOR, Role.WEB_DEVELOPER, Role.TIM_INFRASTRUKTUR)
    assert refused == [person.name for person in (cast.stranger, cast.admin, *map(cast.holder, website_only))]


def test_a_file_of_an_internal_comment_is_hidden_from_the_reporter(cast, client_of):
    ticket = factories.report(by=cast.reporter)
    developer = cast.holder(Role.WEB_DEVELOPER)
    actions.comment(ticket, by=developer, text="Untuk tim.", files=[factories.upload(developer)], internal=True)
    internal = ticket.attachments.get(entry__internal=True)

    people = (cast.reporter, developer, cast.holder(Role.PROGRAMMER), cast.holder(Role.KEPALA_BIDANG_APTIKA))

    assert [status_for(client_of(person), internal) for person in people] == [404, 200, 200, 200]


def test_a_role_that_ended_opens_no_file(cast, client_of):
    attachment = factories.report(by=cast.reporter).attachments.get()
    developer = cast.holder(Role.WEB_DEVELOPER)
    client = client_of(developer)

    before = status_for(client, attachment)
    developer.role_assignments.all().delete()

    assert (before, status_for(client, attachment)) == (200, 404)


def test_an_unknown_file_and_a_forbidden_one_are_answered_alike(cast, client_of):
    attachment = factories.report(by=cast.reporter).attachments.get()
    client = client_of(cast.stranger)

    forbidden = client.get(reverse("lampiran", args=[attachment.key]))
    unknown = client.get(reverse("lampiran", args=["f" * 64]))

    assert forbidden.status_code == unknown.status_code == 404
    assert without_token(forbidden) == without_token(unknown)


def without_token(answer):
    return re.sub(rb'name="csrfmiddlewaretoken" value="\w+"', b"", answer.content)


def test_nobody_is_shown_a_file_without_signing_in(cast, client):
    attachment = factories.report(by=cast.reporter).attachments.get()

    for name in ("lampiran", "lampiran-kecil"):
        answer = client.get(reverse(name, args=[attachment.key]))
        assert (answer.status_code, answer.content) == (302, b"")


@pytest.mark.parametrize("method", ["get", "head"])
def test_a_delivery_runs_nothing_and_stays_in_no_cache(cast, client_of, method):
    attachment = uploads.store(screenshot_file('a"b\u202e<script>.png'), by=cast.reporter, documents=False)

    answer = getattr(client_of(cast.reporter), method)(
        reverse("lampiran", args=[attachment.key]), HTTP_RANGE="bytes=0-9"
    )

    assert answer.status_code == 200
    assert answer["Content-Type"] == "image/png"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
    assert answer["Content-Disposition"].startswith("inline; filename=")
    bytes_of(answer)


def test_a_pdf_is_only_ever_downloaded(cast, client_of):
    attachment = uploads.store(pdf_file("Hasil “uji” é.pdf"), by=cast.reporter, documents=True)
    client = client_of(cast.reporter)

    answer = client.get(reverse("lampiran", args=[attachment.key]))

    assert bytes_of(answer) == PDF
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment; filename*=utf-8''Hasil%20")
    assert client.get(reverse("lampiran-kecil", args=[attachment.key])).status_code == 404


def test_each_delivery_is_written_down_with_who_saw_what(cast, client_of):
    attachment = factories.report(by=cast.reporter).attachments.get()
    client = client_of(cast.reporter)

    bytes_of(client.get(reverse("lampiran", args=[attachment.key])))
    bytes_of(client.get(reverse("lampiran-kecil", args=[attachment.key])))
    client_of(cast.stranger).get(reverse("lampiran", args=[attachment.key]))

    views = FileView.objects.order_by("pk").values_list("person", "attachment", "part", "address")
    assert list(views) == [
        (cast.reporter.pk, attachment.pk, part, "127.0.0.1") for part in (FileView.Part.WHOLE, FileView.Part.THUMBNAIL)
    ]


def test_a_file_missing_on_disk_is_absent_and_said_in_the_log(cast, client_of, caplog):
    attachment = uploads.store(screenshot_file(), by=cast.reporter, documents=False)
    os.unlink(attachment.file.path)

    answer = client_of(cast.reporter).get(reverse("lampiran", args=[attachment.key]))

    assert answer.status_code == 404
    assert "is missing on disk" in caplog.text


# In a form


def form_for(owner, *, keys=(), files=(), documents=False, required=False):
    class Form(forms.Form):
        evidence = UploadsField(owner=owner, documents=documents, label="Bukti", required=required)

    return Form(MultiValueDict({"evidence-berkas": list(keys)}), MultiValueDict({"evidence": list(files)}))


def test_a_form_gives_the_keys_of_what_was_kept_and_of_what_came_with_it(cast):
    earlier = factories.upload(cast.reporter)

    form = form_for(cast.reporter, keys=[earlier, earlier], files=[screenshot_file()])

    assert form.is_valid()
    assert form.cleaned_data["evidence"] == [earlier, Attachment.objects.exclude(key=earlier).get().key]


def test_a_refused_file_leaves_the_others_in_the_form(cast):
    form = form_for(cast.reporter, files=[screenshot_file("baik.png"), SimpleUploadedFile("jahat.png", b"<svg/>")])

    assert form.errors == {"evidence": ["“jahat.png” tidak dapat diterima. Silakan kirim gambar PNG, JPEG, atau WebP."]}
    kept = Attachment.objects.get()
    assert f'value="{kept.key}" checked' in str(form["evidence"])
    assert reverse("lampiran-kecil", args=[kept.key]) in str(form["evidence"])


def test_ten_files_are_the_most_and_the_others_are_named(cast):
    form = form_for(cast.reporter, files=[screenshot_file(f"{number}.png") for number in range(1, 13)])

    assert form.errors == {
        "evidence": ["Paling banyak 10 berkas sekali kirim; selebihnya tidak disertakan: “11.png”, “12.png”."]
    }
    assert Attachment.objects.count() == 10


@pytest.mark.parametrize("key", ["f" * 64, "\0", "../x"])
def test_a_key_that_is_gone_or_made_up_is_said_in_words(cast, key):
    form = form_for(cast.reporter, keys=[key], required=True)

    assert not form.is_valid()


def test_anothers_upload_cannot_be_claimed(cast):
    form = form_for(cast.stranger, keys=[factories.upload(cast.reporter)])

    assert form.errors == {"evidence": ["Sebagian berkas sudah tidak tersedia. Silakan unggah kembali."]}


def test_a_document_is_no_screenshot(cast):
    document = uploads.store(pdf_file(), by=cast.reporter, documents=True)

    assert not form_for(cast.reporter, keys=[document.key]).is_valid()
    assert form_for(cast.reporter, keys=[document.key], documents=True).is_valid()


def test_a_required_field_asks_for_a_file(cast):
    form = form_for(cast.reporter, required=True)

    assert form.errors == {"evidence": ["Sertakan sedikitnya satu berkas."]}


def test_the_fields_of_an_sop_take_files(cast):
    class Form(forms.Form):
        berkas = inputs.documents("Berkas pendukung", help_text="Bila ada.")

    form = Form(MultiValueDict(), MultiValueDict({"berkas": [pdf_file()]}))
    adopt_uploads(form, cast.reporter)

    assert form.is_valid()
    assert form.cleaned_data["berkas"] == [Attachment.objects.get().key]
    assert (form["berkas"].label, form["berkas"].help_text) == ("Berkas pendukung", "Bila ada.")


def test_the_drop_zone_is_a_file_input_where_there_is_no_script(cast):
    html = str(form_for(cast.reporter)["evidence"])

    assert (
        '<input type="file" multiple name="evidence" id="id_evidence" accept="image/png,image/jpeg,image/webp"' in html
    )
    assert 'accept="image/*" capture="environment"' in html
    assert "style=" not in html


def test_a_name_with_markup_is_text_on_the_page(cast):
    attachment = uploads.store(screenshot_file("<b>x</b>&.png"), by=cast.reporter, documents=False)

    html = render_to_string("_partials/_upload.html", {"attachment": attachment, "widget": {"name": "a"}})

    assert "<b>" not in html


def test_the_corpus_of_hostile_names_stays_within_the_column():
    longest = max(len(uploads.shown_name(file.name)) for file in hostile.corpus()) + len(".jpeg")

    assert longest <= Attachment._meta.get_field("name").max_length
