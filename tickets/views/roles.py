"""Peran: who holds which role of the SOPs, who will and who did, and who stands in for whom. For administrators."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date

from django.contrib import messages
from django.db.models import Count, Q, QuerySet, Window
from django.db.models.functions import RowNumber
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tickets import assignments, staffing
from tickets.forms.roles import AssignmentForm, EndForm, GiveForm
from tickets.models import RoleAssignment, StepRun, User
from tickets.views.guards import administrators_only
from workflows import sops
from workflows.roles import Role
from workflows.sop import Sop

#: How many past holders of a role are listed; older ones stand in the audit trail.
PAST_SHOWN = 10


@dataclass
class Holding:
    """A role in one procedure: who holds it, who will, who did; `gap` when nobody does or soon will."""

    role: Role
    sop: Sop
    gap: staffing.Gap | None = None
    now: list[RoleAssignment] = field(default_factory=list)
    ahead: list[RoleAssignment] = field(default_factory=list)
    past: list[RoleAssignment] = field(default_factory=list)
    past_count: int = 0

    @property
    def past_shown(self) -> list[RoleAssignment]:
        """The newest first."""
        return sorted(self.past, key=lambda held: (held.ends_on, held.pk), reverse=True)[:PAST_SHOWN]

    @property
    def past_unshown(self) -> int:
        return max(0, self.past_count - PAST_SHOWN)


@require_safe
@administrators_only
def roles(request):
    """Every role of the SOPs in force, by SOP; first those that nobody holds."""
    today = timezone.localdate()
    gaps = staffing.gaps(today)
    context = {"gaps": gaps, "services": _services(today, gaps), "ahead": staffing.AHEAD.days}
    return render(request, "roles/roles.html", context)


def _services(today: date, gaps: list[staffing.Gap]) -> list[tuple[Sop, list[Holding]]]:
    """For each SOP in force its roles in the order of the table, and Kepala Bidang."""
    by_role: dict[str, list[RoleAssignment]] = defaultdict(list)
    for held in _shown(today).select_related("user", "substitute_for").order_by("user__name", "starts_on"):
        by_role[held.role].append(held)
    over = RoleAssignment.objects.filter(ends_on__lt=today).order_by().values_list("role", "procedure")
    past = Counter({(role, procedure): count for role, procedure, count in over.annotate(Count("pk"))})
    gap_of = {(gap.sop.key, gap.role): gap for gap in gaps}
    return [
        (
            sop,
            [
                _holding(Holding(role, sop, gap_of.get((sop.key, role))), by_role[role], past, today)
                for role in sop.all_roles
            ],
        )
        for sop in sops.current()
    ]


def _shown(today: date) -> QuerySet[RoleAssignment]:
    """The assignments in force or to come; of those that are over, the newest of each role and procedure."""
    nth = Window(RowNumber(), partition_by=["role", "procedure"], order_by=["-ends_on", "-pk"])
    newest = RoleAssignment.objects.filter(ends_on__lt=today).annotate(nth=nth).filter(nth__lte=PAST_SHOWN)
    return RoleAssignment.objects.filter(Q(ends_on=None) | Q(ends_on__gte=today) | Q(pk__in=newest.values("pk")))


def _holding(holding: Holding, assigned: list[RoleAssignment], past: Counter[tuple[str, str]], today: date) -> Holding:
    for held in assigned:
        if held.procedure not in ("", holding.sop.procedure):
            continue
        if assignments.is_over(held):
            holding.past.append(held)
        elif held.starts_on > today:
            holding.ahead.append(held)
        else:
            holding.now.append(held)
    holding.now.sort(key=_beside_whom_they_replace)
    holding.past_count = past[holding.role, ""] + past[holding.role, holding.sop.procedure]
    return holding


def _beside_whom_they_replace(held: RoleAssignment) -> tuple[str, bool]:
    """A holder, and below them who stands in for them."""
    return (held.substitute_for or held.user).name, held.substitute_for_id is not None


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new(request):
    """Give a role. What is known already stands in the address: `pengguna`, `peran`, `layanan`, `menggantikan`; and
    `cari`, whom to offer. A search comes with the form (`temukan`) and gives back what was filled in."""
    known = {"user": "pengguna", "role": "peran", "procedure": "layanan", "substitute_for": "menggantikan"}
    initial = {name: request.GET[word] for name, word in known.items() if word in request.GET}
    title = "Tunjuk pengganti" if initial.get("substitute_for") else "Beri peran"
    is_search = "temukan" in request.POST
    if is_search:
        initial |= {name: request.POST[name] for name in GiveForm.Meta.fields if name in request.POST}
    search = request.POST.get("cari", request.GET.get("cari", "")).strip()
    is_sent = request.method == "POST" and not is_search
    form = GiveForm(request.POST if is_sent else None, initial=initial, search=search)
    context = {"form": form, "title": title, "back": _back(request)}
    if not is_sent or not form.is_valid():
        return render(request, "roles/form.html", context, status=422 if form.errors else 200)
    try:
        given = assignments.give(form.instance, by=request.user, request=request)
    except assignments.Refused as refusal:  # somebody else was faster
        form.refuse(refusal)
        return render(request, "roles/form.html", context, status=422)
    messages.success(request, _thanks(given))
    return redirect(context["back"])


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def change(request, pk):
    """Change the days, the procedure or the letter of an assignment."""
    assignment = _get(pk)
    form = AssignmentForm(request.POST if request.method == "POST" else None, instance=assignment)
    context = {"form": form, "title": "Ubah penugasan", "held": _get(pk), "back": _back(request)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "roles/form.html", context, status=422 if form.errors else 200)
    try:
        assignments.change(form.instance, fields=form.changed_data, by=request.user, request=request)
    except assignments.Refused as refusal:
        form.refuse(refusal)
        return render(request, "roles/form.html", context, status=422)
    messages.success(request, f"Penugasan {assignment.user} disimpan.")
    _warn(request, assignment)
    return redirect(context["back"])


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def end(request, pk):
    """End an assignment with a day, or take it back (`batalkan`) before a day has passed under it. Says first what
    nobody would hold without it."""
    assignment, back = _get(pk), _back(request)
    is_called_off = "batalkan" in request.POST
    form = EndForm(request.POST if request.method == "POST" and not is_called_off else None, assignment=assignment)
    try:
        if is_called_off:
            assignments.call_off(assignment, by=request.user, request=request)
            return _ended(request, assignment, "dibatalkan", back)
        if form.is_valid():
            day = form.cleaned_data["ends_on"]
            assignments.end(assignment, on=day, by=request.user, request=request)
            words = "dicabut; hari terakhirnya" if form.ends_now else "berakhir"
            return _ended(request, assignment, f"{words} {assignments.told(day)}", back)
    except assignments.Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect(back)
    context = {"form": form, "held": assignment, "back": back} | _consequences(assignment, by=request.user)
    return render(request, "roles/end.html", context, status=422 if form.errors else 200)


def _ended(request, assignment: RoleAssignment, words: str, back: str):
    messages.success(request, f"Peran {assignment.get_role_display()} dari {assignment.user} {words}.")
    _warn(request, assignment)
    return redirect(back)


def _consequences(assignment: RoleAssignment, *, by: User) -> dict[str, object]:
    """What ending an assignment today would leave behind."""
    today = timezone.localdate()
    ended = _get(assignment.pk)
    ended.ends_on = today
    in_hand = StepRun.objects.open().filter(performer=assignment.user, role=assignment.role, ticket__restricted=False)
    stand_ins = RoleAssignment.objects.filter(substitute_for=assignment.user, role=assignment.role, ends_on__gte=today)
    return {
        "gaps": [] if assignments.is_over(assignment) else staffing.new_gaps(today, instead=ended),
        "in_hand": in_hand.count(),
        "stand_ins": stand_ins.select_related("user").order_by("starts_on"),
        "may_be_called_off": assignments.may_be_called_off(assignment, by=by),
    }


def _get(pk: int) -> RoleAssignment:
    return get_object_or_404(RoleAssignment.objects.select_related("user", "substitute_for"), pk=pk)


def _thanks(given: RoleAssignment) -> str:
    starts = "" if assignments.is_in_force(given) else f" {assignments.days(given)}"
    if given.substitute_for:
        return f"{given.user} menggantikan {given.substitute_for} sebagai {given.get_role_display()}{starts}."
    return f"{given.user} memegang peran {given.get_role_display()}{starts}."


def _warn(request, assignment: RoleAssignment) -> None:
    """Say so when nobody holds the role of an assignment any more, or soon will not."""
    for gap in staffing.gaps(timezone.localdate()):
        if gap.role == assignment.role and assignment.procedure in ("", gap.procedure):
            since = "hari ini" if gap.is_open else assignments.told(gap.since)
            messages.warning(request, f"{gap.role.label} ({gap.sop.service}) tanpa pemegang sejak {since}.")


def _back(request) -> str:
    """To the person whom one came from, else to all roles."""
    pk = request.GET.get("pengguna", "")
    return reverse("pengguna-detail", args=[pk]) if pk.isascii() and pk.isdigit() else reverse("peran")
