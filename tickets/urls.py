"""The addresses of the helpdesk, in the words of the interface."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tickets.views import auth, files, home, inbox, lists, reports, sop, ticket


class TicketNumber(StringConverter):
    """A ticket's number. Anything else in its place is no address: no view and no database sees it."""

    regex = lists.NUMBER.pattern


register_converter(TicketNumber, "number")

urlpatterns = [
    path("", home.home, name="beranda"),
    path("masuk/", auth.sign_in, name="masuk"),
    path("masuk/demo/", auth.sign_in_demo, name="masuk-demo"),
    path("keluar/", auth.sign_out, name="keluar"),
    path("laporan/baru/", reports.create, name="buat-laporan"),
    path("laporan/terkirim/<number:number>/", reports.sent, name="laporan-terkirim"),
    path("lampiran/", files.upload, name="lampiran-unggah"),
    path("lampiran/<slug:key>/", files.attachment, name="lampiran"),
    path("lampiran/<slug:key>/kecil/", files.thumbnail, name="lampiran-kecil"),
    path("sop/", sop.sop_list, name="sop"),
    path("sop/<slug:key>/", sop.sop_detail, name="sop-detail"),
    path("laporan-masuk/", inbox.inbox, name="laporan-masuk"),
    path("laporan-masuk/<int:pk>/diketahui/", inbox.acknowledge, name="laporan-masuk-diketahui"),
    path("tiket/", lists.ticket_list, name="tiket"),
    path("tiket/<number:number>/", ticket.detail, name="tiket-detail"),
    path("tiket/<number:number>/ambil/", ticket.claim, name="tiket-ambil"),
    path("tiket/<number:number>/buka-kembali/", ticket.reopen, name="tiket-buka-kembali"),
    path("tiket/<number:number>/komentar/", ticket.comment, name="tiket-komentar"),
    path("tiket/<number:number>/konfirmasi/", ticket.confirm, name="tiket-konfirmasi"),
    path("tiket/<number:number>/lepas/", ticket.release, name="tiket-lepas"),
    path("tiket/<number:number>/segar/", ticket.refresh, name="tiket-segar"),
    path("tiket/<number:number>/selesaikan/", ticket.complete, name="tiket-selesaikan"),
    path("tiket/<number:number>/serahkan/", ticket.hand_over, name="tiket-serahkan"),
]
