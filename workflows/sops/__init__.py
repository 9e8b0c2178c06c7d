"""The SOPs in force: every module of the packages named in `settings.SOP_PACKAGES` that defines `sop`.

A new SOP, or a new issue of an old one, is one new file in this folder. Nothing else changes: no migration, no model,
no view. Tickets keep the issue they were opened under, so the file of an old issue stays, with `is_current=False`.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from django.conf import settings

from workflows.sop import MENGIKUTI, MENUNGGU_KONFIRMASI, SELESAI, TIDAK_DIPROSES, Sop, Step


@cache
def all_sops() -> dict[str, Sop]:
    """Every SOP by its key, in the order of package and file name. Raises ValueError when two share a key."""
    found: dict[str, Sop] = {}
    for package in settings.SOP_PACKAGES:
        for module in iter_modules(import_module(package).__path__, f"{package}."):
            sop = import_module(module.name).sop
            if sop.key in found:
                raise ValueError(f"{module.name}: the SOP key {sop.key} is taken")
            found[sop.key] = sop
    return found


def get(key: str) -> Sop:
    """The SOP with this key. Raises KeyError."""
    return all_sops()[key]


def current() -> list[Sop]:
    """The SOPs that new reports are opened under, the office's broadest service first."""
    return sorted((sop for sop in all_sops().values() if sop.is_current), key=lambda sop: sop.prefix, reverse=True)


def for_procedure(procedure: str) -> Sop:
    """The issue of a procedure that new reports are opened under. Raises KeyError."""
    for sop in current():
        if sop.procedure == procedure:
            return sop
    raise KeyError(procedure)


def find(state: str) -> tuple[Sop, Step] | None:
    """The SOP and row that a ticket's state names, or None for an end state."""
    key, _, no = state.rpartition(".")
    if not key:
        return None
    sop = get(key)
    return sop, sop.step(int(no))


def states() -> list[tuple[str, str]]:
    """Every state of a case as (value, words). A callable, so that a new SOP makes no migration."""
    rows = [(sop.row(step.no), f"{step.no} · {step.activity}") for sop in all_sops().values() for step in sop.steps]
    return [
        *rows,
        (MENGIKUTI, "Mengikuti tiket utama"),
        (MENUNGGU_KONFIRMASI, "Menunggu konfirmasi"),
        (SELESAI, "Selesai"),
        (TIDAK_DIPROSES, "Tidak diproses"),
    ]
