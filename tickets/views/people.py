"""Pengguna: the accounts of everybody, for administrators: found, made, changed, closed and opened again."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import accounts, leaving, second_factor, sso
from tickets.actions import Conflict, Refused
from tickets.forms.people import LeavingForm, PersonForm
from tickets.models import AuditEntry, RoleAssignment
from tickets.people_filters import PeopleFilter, look_of
from tickets.people_filters import accounts as all_accounts
from tickets.views.guards import administrators_only

PAGE_SIZE = 25
SHOWN_ENTRIES = 5


@require_safe
@administrators_only
def people(request):
    """Every account, filtered by the address."""
    filters = PeopleFilter(request.GET)
    page = Paginator(filters.qs, PAGE_SIZE).get_page(request.GET.get("page"))
    for person in page:
        person.look = look_of(person)
        person.roles_today = list(dict.fromkeys(held.get_role_display() for held in person.held_today))
    return render(request, "people/list.html", {"filters": filters, "page": page})


@require_safe
@administrators_only
def person(request, pk):
    """One account: who it is, what they hold, and what can be done."""
    return _page_of(request, _account(pk))


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def new(request):
    form = PersonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = accounts.create(form.save(commit=False), by=request.user, request=request)
            messages.success(request, f"Akun {made.name} dibuat. Langkah berikutnya: beri tautan kata sandi.")
            return redirect("pengguna-detail", made.pk)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "people/form.html", {"form": form}, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def edit(request, pk):
    account = _account(pk, erased_at=None)
    form = PersonForm(request.POST if request.method == "POST" else None, instance=account)
    context = {"form": form, "person": account, "name": account.name}
    if request.method == "POST" and form.is_valid():
        try:
            accounts.change(form.save(commit=False), fields=form.changed_data, by=request.user, request=request)
            return _saved(request, account)
        except Refused as refusal:
            form.add_error(None, str(refusal))
    return render(request, "people/form.html", context, status=422 if form.errors else 200)


def _saved(request, account):
    if account != request.user or account.is_staff:
        messages.success(request, f"Akun {account.name} disimpan.")
        return redirect("pengguna-detail", account.pk)
    logout(request)  # their sessions have ended, this one as well
    messages.success(request, "Akun Anda disimpan. Anda bukan administrator lagi; silakan masuk kembali.")
    return redirect("masuk")


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def deactivate(request, pk):
    """What somebody who leaves holds, and handing it over with their account."""
    account = _account(pk, is_active=True)
    held = leaving.holdings(account, reader=request.user)
    form = LeavingForm(request.POST if request.method == "POST" else None, person=account, held=held)
    context = {"form": form, "person": account, "held": held, "is_self": account == request.user}
    if request.method != "POST" or not form.is_valid():
        return render(request, "people/leaving.html", context, status=422 if form.errors else 200)
    try:
        leaving.leave(account, by=request.user, successors=form.successors, takers=form.takers, request=request)
    except Conflict as faster:
        messages.warning(request, str(faster))
        return redirect("pengguna-detail", pk)
    except Refused as refusal:
        form.add_error(None, str(refusal))
        return render(request, "people/leaving.html", context, status=422)
    messages.success(request, f"Akun {account.name} dinonaktifkan. Yang dipegangnya sudah diserahkan.")
    return redirect("pengguna-detail", pk)


@require_POST
@administrators_only
def reactivate(request, pk):
    account = _account(pk)
    try:
        accounts.reactivate(account, by=request.user, request=request)
        messages.success(request, f"Akun {account.name} aktif kembali. Periksa perannya di bawah.")
    except Refused as refusal:
        messages.warning(request, str(refusal))
    return redirect("pengguna-detail", pk)


@require_POST
@administrators_only
def give_link(request, pk):
    """A link by which the person sets a password: by mail, or shown here this once."""
    account = _somebody_else(request, pk)
    try:
        link = accounts.give_link(account, by=request.user, request=request)
    except Refused as refusal:
        messages.warning(request, str(refusal))
        return redirect("pengguna-detail", pk)
    if link:
        return _page_of(request, account, link=link)
    messages.success(request, f"Tautan kata sandi dikirim ke {account.email}.")
    return redirect("pengguna-detail", pk)


@require_POST
@administrators_only
def reset_second_factor(request, pk):
    account = _somebody_else(request, pk)
    if second_factor.reset(account, by=request.user, request=request):
        messages.success(request, f"Verifikasi dua langkah {account.name} dimatikan. Sesinya diakhiri.")
    return redirect("pengguna-detail", pk)


@require_POST
@administrators_only
def release_from_sso(request, pk):
    account = _somebody_else(request, pk)
    if sso.release(account, by=request.user, request=request):
        messages.success(request, f"Akun {account.name} dilepas dari SSO. Sesinya diakhiri.")
    return redirect("pengguna-detail", pk)


def _account(pk, **conditions):
    return get_object_or_404(all_accounts().select_related("unit"), pk=pk, **conditions)


def _somebody_else(request, pk):
    """An account that is not one's own: who opens one's browser must not open one's account by it."""
    account = _account(pk)
    if account == request.user:
        raise PermissionDenied
    return account


def _page_of(request, account, *, link=""):
    """The page of an account; `link` is a secret that is shown this once."""
    today = timezone.localdate()
    assigned = RoleAssignment.objects.filter(user=account).select_related("substitute_for").order_by("-starts_on", "pk")
    context = {
        "person": account,
        "look": look_of(account),
        "link": link,
        "is_self": account == request.user,
        "mail_is_on": settings.MAIL_ENABLED,
        "roles": _by_time(assigned, today),
        "underway": leaving.underway(account, reader=request.user),
        "sessions": account.sessions.filter(expire_date__gt=timezone.now()).count(),
        "has_second_factor": second_factor.has(account),
        "entries": AuditEntry.objects.filter(about=account).select_related("by")[:SHOWN_ENTRIES],
    }
    response = render(request, "people/person.html", context)
    if link:
        response["Cache-Control"] = "no-store"
    return response


def _by_time(assigned, today):
    """Role assignments under what they are today, each group where there are any."""
    groups = {"Berlaku sekarang": [], "Akan datang": [], "Sudah berakhir": []}
    for assignment in assigned:
        is_over = assignment.ends_on and assignment.ends_on < today
        word = "Sudah berakhir" if is_over else "Akan datang" if assignment.starts_on > today else "Berlaku sekarang"
        groups[word].append(assignment)
    return [(words, found) for words, found in groups.items() if found]
