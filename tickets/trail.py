"""The audit trail in calm sentences."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from django.utils.formats import date_format

from tickets import retention
from tickets.models import AuditEntry, Export, Office, RoleAssignment, User
from tickets.models.people import procedure_choices
from tickets.registering import Reason
from tickets.words import stopped
from workflows import sops
from workflows.roles import Role

Event = AuditEntry.Event

#: What is said behind the name of who did it. `{about}`: whom it concerns, if that is somebody else.
DOES: Mapping[str, str] = {
    Event.SIGNED_IN: "masuk",
    Event.SIGN_IN_FAILED: "Gagal masuk{as_about}",
    Event.SIGN_IN_REFUSED: "Terlalu sering mencoba masuk{as_about}; percobaan ditolak",
    Event.SIGNED_OUT: "keluar",
    Event.SESSION_ENDED: "mengakhiri sesi{of_about}",
    Event.PASSWORD_CHANGED: "mengubah kata sandi{of_about}",
    Event.PASSWORD_LINK: "membuat tautan kata sandi{for_about}",
    Event.TOTP_ON: "mengaktifkan verifikasi dua langkah{of_about}",
    Event.TOTP_OFF: "mematikan verifikasi dua langkah{of_about}",
    Event.RECOVERY_USED: "memakai kode pemulihan",
    Event.RECOVERY_RENEWED: "mengganti kode pemulihan{of_about}",
    Event.REGISTERED: "Seseorang meminta akun",
    Event.REGISTRATION_DECIDED: "memutuskan pendaftaran{of_about}",
    Event.PERSON_CREATED: "membuat akun{for_about}",
    Event.PERSON_CHANGED: "mengubah data{of_about}",
    Event.PERSON_DEACTIVATED: "menonaktifkan akun{of_about}",
    Event.PERSON_REACTIVATED: "mengaktifkan kembali akun{of_about}",
    Event.PERSON_ERASED: "menghapus data pribadi{of_about}",
    Event.PEOPLE_IMPORTED: "mengimpor daftar pengguna",
    Event.UNIT_CHANGED: "mengubah perangkat daerah",
    Event.ROLE_GIVEN: "memberikan peran{to_about}",
    Event.ROLE_CHANGED: "mengubah peran{of_about}",
    Event.ROLE_ENDED: "mengakhiri peran{of_about}",
    Event.DATA_EXPORTED: "mengunduh data pribadi{of_about}",
    Event.TABLE_EXPORTED: "meminta unduhan tabel",
    Event.HOLD_PLACED: "menahan data tiket",
    Event.HOLD_LIFTED: "mencabut penahanan data tiket",
    Event.RETENTION_CHANGED: "mengubah masa simpan",
    Event.RETAINED: "menjalankan masa simpan",
    Event.OFFICE_CHANGED: "mengubah identitas kantor",
    Event.RESTORED: "memulihkan cadangan",
    Event.RELEASED: "melepas salinan pemulihan",
}
#: How whom it concerns follows the sentence.
FOLLOWS = {
    "of_about": " milik {}",
    "for_about": " untuk {}",
    "to_about": " kepada {}",
    "as_about": " sebagai {}",
}
#: What a fact is called; one without a name here is not shown.
FACTS = {
    "fields": "isian",
    "administrator": "administrator",
    "count": "jumlah",
    "role": "peran",
    "procedure": "layanan",
    "starts_on": "sejak",
    "ends_on": "sampai",
    "ends_on_before": "sebelumnya sampai",
    "substitute_for": "sebagai pengganti",
    "called_off": "dibatalkan",
    "known": "surel sudah dipakai",
    "accepted": "disetujui",
    "reason": "alasan",
    "reports": "laporan",
    "texts": "tulisan",
    "files": "berkas",
    "created": "akun baru",
    "changed": "akun diubah",
    "unit": "OPD",
    "what": "yang diubah",
    "section": "bagian",
    "table": "tabel",
    "format": "bentuk",
    "kind": "jenis",
    "days": "lama simpan (hari)",
    "days_before": "sebelumnya (hari)",
    "removed": "dihapus",
    "via": "lewat",
    "factor": "langkah kedua",
    "left": "kode tersisa",
}
#: How a fact is said that is written down as a key.
WORDS: Mapping[str, Mapping[str, str]] = {
    "role": {role.value: role.label for role in Role},
    "section": {"kop": "kop surat", "kertas": "ukuran kertas", "nomor": "nomor surat"},
    "format": dict(Export.Format.choices),
    "kind": {kept.key: kept.label for kept in retention.CLASSES},
    "reason": dict(Reason.choices),
    "via": {"sso": "SSO", "profil": "Profil"},
    "factor": {"aplikasi": "aplikasi autentikator", "kode": "kode", "pemulihan": "kode pemulihan"},
}
#: Whose fields were changed, where they are not a person's.
FIELDS_OF: Mapping[str, type[Model]] = {Event.ROLE_CHANGED: RoleAssignment, Event.OFFICE_CHANGED: Office}


@dataclass(frozen=True)
class Line:
    """An audit entry as it is told: what happened, and the facts beside it."""

    entry: AuditEntry
    sentence: str
    facts: str


def told(entry: AuditEntry) -> Line:
    """An entry that was fetched with its people, in words. Asks the database nothing."""
    facts = [f"{FACTS[key]}: {_fact(entry, key)}" for key in _shown(entry)]
    return Line(entry, _sentence(entry), ", ".join(facts))


def _sentence(entry: AuditEntry) -> str:
    about = entry.about.name if entry.about and entry.about != entry.by else ""
    predicate = DOES.get(entry.event, entry.get_event_display())
    for place, words in FOLLOWS.items():
        predicate = predicate.replace(f"{{{place}}}", words.format(about) if about else "")
    who = "" if predicate[0].isupper() else entry.by.name if entry.by else "SOPDesk"
    return stopped(f"{who} {predicate}".strip())


def _shown(entry: AuditEntry) -> list[str]:
    return [key for key in FACTS if entry.facts.get(key) not in (None, "", [])]


def _fact(entry: AuditEntry, key: str) -> str:
    value = entry.facts[key]
    if key == "fields":
        return ", ".join(_field(FIELDS_OF.get(entry.event, User), name) for name in value)
    if key == "procedure":
        return dict(procedure_choices()).get(value, value)
    if key == "section":
        return _section(value)
    if key == "substitute_for":
        return "ya"  # whom, stands on Peran: no name is kept here
    if key in ("starts_on", "ends_on", "ends_on_before"):
        return date_format(date.fromisoformat(value), "j M Y")
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    return WORDS.get(key, {}).get(str(value), str(value))


def _section(name: str) -> str:
    """A section of the office, or whose of several: "signer sub_koordinator", "approval website-2024"."""
    kind, _, key = name.partition(" ")
    if kind == "signer":
        return f"penanda tangan {WORDS['role'].get(key, key)}"
    if kind == "approval":
        return f"pengesahan SOP {sops.all_sops()[key].service if key in sops.all_sops() else key}"
    return WORDS["section"].get(name, name)


def _field(model: type[Model], name: str) -> str:
    """What a field is called."""
    try:
        return str(model._meta.get_field(name).verbose_name)  # type: ignore[union-attr]  # a field of ours has one
    except FieldDoesNotExist:
        return name
