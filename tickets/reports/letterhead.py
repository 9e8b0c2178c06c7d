"""What stands on every paper of the office: its letterhead, and who signs (`templates/documents/kop.typ`)."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tickets.models import Office, RoleAssignment, Signer
from workflows.roles import Role


def letterhead(office: Office) -> dict[str, str]:
    """The letterhead as `kop.typ` takes it. `logo` is the name of the image in `images(office)`."""
    return {
        "paper": str(office.paper),
        "government": office.government,
        "organisation": office.organisation,
        "unit": office.unit,
        "address": office.address,
        "contact": office.contact,
        "city": office.city,
        "logo": _logo_name(office),
    }


def images(office: Office) -> dict[str, bytes]:
    """The images of the letterhead by name. A logo that is missing on disk is left out; the paper still comes out."""
    if not office.logo:
        return {}
    try:
        with office.logo.open("rb") as file:
            return {_logo_name(office): file.read()}
    except FileNotFoundError:
        return {}


def signer(role: Role, procedure: str, day: date) -> dict[str, str]:
    """Who signs for a role on a day: whoever stands in for its holder then (Plh/Plt), else the signer that an
    administrator entered, else the holder. Without anybody the name is empty, and the paper leaves room to write it."""
    holders = RoleAssignment.objects.holders(role, procedure, day).select_related("user").order_by("starts_on", "pk")
    held = min(holders, key=lambda held: (held.substitute_for_id is None, not held.procedure), default=None)
    if held and held.substitute_for_id:
        return _signed(f"Plh./Plt. {role.label}", held.user.name, held.user.nip)
    if entered := Signer.objects.filter(role=role).first():
        return _signed(entered.position, entered.name, entered.nip, entered.rank)
    return _signed(role.label, held.user.name, held.user.nip) if held else _signed(role.label)


def _signed(position: str, name: str = "", nip: str | None = "", rank: str = "") -> dict[str, str]:
    return {"position": position, "name": name, "rank": rank, "nip": nip or ""}


def _logo_name(office: Office) -> str:
    return f"logo{Path(str(office.logo.name)).suffix.lower()}" if office.logo else ""
