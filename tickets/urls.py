"""The addresses of the helpdesk, in the words of the interface."""

from django.urls import path

from tickets.views import auth, files, home, inbox, lists, reports, sop, ticket

urlpatterns = [
    path("", home.home, name="beranda"),
    path("masuk/", auth.sign_in, name="masuk"),
    path("masuk/demo/", auth.sign_in_demo, name="masuk-demo"),
    path("keluar/", auth.sign_out, name="keluar"),
    path("laporan/baru/", reports.create, name="buat-laporan"),
    path("laporan/terkirim/<str:number>/", reports.sent, name="laporan-terkirim"),
    path("lampiran/", files.upload, name="lampiran-unggah"),
    path("lampiran/<slug:key>/", files.attachment, name="lampiran"),
    path("lampiran/<slug:key>/kecil/", files.thumbnail, name="lampiran-kecil"),
    path("sop/", sop.sop_list, name="sop"),
    path("sop/<str:key>/", sop.sop_detail, name="sop-detail"),
    path("laporan-masuk/", inbox.inbox, name="laporan-masuk"),
    path("laporan-masuk/<int:pk>/diketahui/", inbox.acknowledge, name="laporan-masuk-diketahui"),
    path("tiket/", lists.ticket_list, name="tiket"),
    path("tiket/<str:number>/", ticket.detail, name="tiket-detail"),
    path("tiket/<str:number>/ambil/", ticket.claim, name="tiket-ambil"),
    path("tiket/<str:number>/buka-kembali/", ticket.reopen, name="tiket-buka-kembali"),
    path("tiket/<str:number>/komentar/", ticket.comment, name="tiket-komentar"),
    path("tiket/<str:number>/konfirmasi/", ticket.confirm, name="tiket-konfirmasi"),
    path("tiket/<str:number>/lepas/", ticket.release, name="tiket-lepas"),
    path("tiket/<str:number>/segar/", ticket.refresh, name="tiket-segar"),
    path("tiket/<str:number>/selesaikan/", ticket.complete, name="tiket-selesaikan"),
    path("tiket/<str:number>/serahkan/", ticket.hand_over, name="tiket-serahkan"),
]
