"""Pengaturan: the places of an administrator, one line each. A new page of theirs is one more line of `GROUPS`."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from tickets import registering
from tickets.views.guards import administrators_only


@dataclass(frozen=True)
class Place:
    """A page of settings: its URL name, what it is called and what one does there."""

    view: str
    name: str
    does: str
    icon: str


@dataclass(frozen=True)
class Group:
    """Places that belong together."""

    name: str
    places: tuple[Place, ...]


GROUPS = (
    Group(
        "Orang",
        (
            Place("pengguna", "Pengguna", "Membuat, mengubah, mengimpor, dan menonaktifkan akun.", "users"),
            Place("peran", "Peran", "Siapa memegang peran apa, sejak kapan, dan siapa penggantinya.", "user-tag"),
            Place("opd", "Perangkat daerah", "Nama dan singkatan OPD asal pelapor.", "building"),
            Place("pendaftaran", "Pendaftaran", "Menyetujui atau menolak akun yang diminta sendiri.", "user-plus"),
        ),
    ),
    Group(
        "Kantor",
        (
            Place("kalender", "Kalender kerja", "Jam kerja, hari libur, dan penetapannya.", "calendar-days"),
            Place("kantor", "Identitas kantor", "Kop surat, nomor, penanda tangan, dan pengesahan SOP.", "stamp"),
            Place(
                "kesehatan",
                "Kesehatan sistem",
                "Memeriksa apakah semuanya berjalan, dan apa yang perlu dibenahi.",
                "heart-pulse",
            ),
        ),
    ),
    Group(
        "Data",
        (
            Place("jejak-audit", "Jejak audit", "Siapa masuk, dan siapa mengubah apa.", "list-check"),
            Place("siapa-melihat", "Siapa melihat", "Siapa membuka lampiran dan dokumen, dan kapan.", "eye"),
            Place("retensi", "Masa simpan", "Berapa lama setiap jenis data disimpan.", "box-archive"),
            Place(
                "admin:index",
                "Pencarian data (Django admin)",
                "Untuk pengelola teknis: mencari baris data.",
                "magnifying-glass",
            ),
        ),
    ),
)


@require_safe
@administrators_only
def hub(request):
    """The places that exist here, by group."""
    found = [(group.name, [(place, href) for place in group.places if (href := _address(place))]) for group in GROUPS]
    return render(request, "hub/hub.html", {"groups": found})


def _address(place: Place) -> str:
    """Where a place is; empty where this office does not have it."""
    if place.view == "pendaftaran" and not (settings.REGISTRATION or registering.waiting().exists()):
        return ""
    return reverse(place.view)
