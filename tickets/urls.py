"""The addresses of the helpdesk, in the words of the interface."""

from django.urls import path, register_converter
from django.urls.converters import StringConverter

from tickets.views import auth, calendar, files, health, home, inbox, lists, notices, reports, sop, ticket


class TicketNumber(StringConverter):
    """A ticket's number. Anything else in its place is no address: no view and no database sees it."""

    regex = lists.NUMBER.pattern


register_converter(TicketNumber, "number")

urlpatterns = [
    path("", home.home, name="beranda"),
    path("masuk/", auth.sign_in, name="masuk"),
    path("masuk/demo/", auth.sign_in_demo, name="masuk-demo"),
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("kesehatan/", health.health_page, name="kesehatan"),
    path("kesehatan/surel/<int:pk>/", health.settle_mail, name="kesehatan-surel"),
    path("kalender/", calendar.month, name="kalender"),
    path("kalender/hari/", calendar.new_day, name="kalender-hari-baru"),
    path("kalender/hari/<int:pk>/", calendar.day, name="kalender-hari"),
    path("kalender/hari/<int:pk>/hapus/", calendar.remove_day_page, name="kalender-hari-hapus"),
    path("kalender/jam-kerja/", calendar.hours, name="kalender-jam-kerja"),
    path("kalender/jam-kerja/baru/", calendar.new_period, name="kalender-jam-kerja-baru"),
    path("kalender/jam-kerja/<int:pk>/", calendar.period, name="kalender-jam-kerja-ubah"),
    path("kalender/jam-kerja/<int:pk>/hapus/", calendar.remove_period_page, name="kalender-jam-kerja-hapus"),
    path("kalender/perubahan/", calendar.changes, name="kalender-perubahan"),
    path("kalender/<int:year>/", calendar.year, name="kalender-tahun"),
    path("kalender/<int:year>/tetapkan/", calendar.confirm, name="kalender-tetapkan"),
    path("kalender/<int:year>/usulan/", calendar.propose, name="kalender-usulan"),
    path("kalender/<int:year>/kembalikan/", calendar.withdraw, name="kalender-kembalikan"),
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
    path("pemberitahuan/", notices.notices, name="pemberitahuan"),
    path("pemberitahuan/lonceng/", notices.bell, name="lonceng"),
    path("pemberitahuan/dibaca/", notices.read_all, name="pemberitahuan-semua"),
    path("pemberitahuan/surel/", notices.mail_choice, name="pemberitahuan-surel"),
    path("tiket/", lists.ticket_list, name="tiket"),
    path("tiket/<number:number>/", ticket.detail, name="tiket-detail"),
    path("tiket/<number:number>/ambil/", ticket.claim, name="tiket-ambil"),
    path("tiket/<number:number>/dibaca/", notices.read_ticket, name="pemberitahuan-tiket"),
    path("tiket/<number:number>/buka-kembali/", ticket.reopen, name="tiket-buka-kembali"),
    path("tiket/<number:number>/komentar/", ticket.comment, name="tiket-komentar"),
    path("tiket/<number:number>/konfirmasi/", ticket.confirm, name="tiket-konfirmasi"),
    path("tiket/<number:number>/lepas/", ticket.release, name="tiket-lepas"),
    path("tiket/<number:number>/lanjutkan/", ticket.resume, name="tiket-lanjutkan"),
    path("tiket/<number:number>/mengapa/", ticket.explain, name="tiket-mengapa"),
    path("tiket/<number:number>/perkirakan/", ticket.estimate, name="tiket-perkirakan"),
    path("tiket/<number:number>/perpanjang/", ticket.extend, name="tiket-perpanjang"),
    path("tiket/<number:number>/segar/", ticket.refresh, name="tiket-segar"),
    path("tiket/<number:number>/selesaikan/", ticket.complete, name="tiket-selesaikan"),
    path("tiket/<number:number>/serahkan/", ticket.hand_over, name="tiket-serahkan"),
    path("tiket/<number:number>/tunda/", ticket.hold, name="tiket-tunda"),
]
