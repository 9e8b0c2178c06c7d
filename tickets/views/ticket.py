"""The page of a ticket, and what people do there. The page and its refresh every ten seconds show the same partials."""

from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import actions, erasing, history, rules, why, words
from tickets.alike import alike
from tickets.forms.step import StepForm
from tickets.forms.talk import CommentForm, HandOverForm, ReopenForm
from tickets.forms.tie import TieForm, UntieForm
from tickets.forms.time import EstimateForm, ExtendForm, HoldForm
from tickets.models import StepRun, Ticket
from tickets.sight import Sight
from tickets.views import pulse
from tickets.views.ticket_page import contents, living_time, news
from workflows import calendars
from workflows.sop import END

#: What a half-written form of the time card is told when its moment has passed.
NEWS_OF_TIME = "Batas waktu langkah ini sudah lewat atau berubah."


def an_act(view):
    """A view that changes something. Whoever comes by an address alone, as after signing in, is led to the ticket."""
    act = require_POST(login_required(view))

    @wraps(view)
    def acts(request, number):
        return redirect("tiket-detail", number) if request.method in ("GET", "HEAD") else act(request, number)

    return acts


@require_safe
@login_required
def detail(request, number):
    return _page(request, _visible(request, number))


@require_safe
@login_required
def refresh(request, number):
    """The living parts of the page: all of them when something was done (`versi`), the time card alone when only time
    has passed (`waktu`), else nothing."""
    if not request.htmx:
        return redirect("tiket-detail", number)
    ticket = _visible(request, number)
    asked = request.GET
    request.GET = request.GET.copy()
    for own in ("versi", "waktu", "run"):
        request.GET.pop(own, None)
    if asked.get("versi") != str(Sight.of(request.user, ticket).version):
        page = contents(request, ticket)
        page |= {"live": True, "news": news(page, _whole(asked.get("run")))}
        return render(request, "tickets/_live.html", page)
    now, calendar = timezone.now(), calendars.current()
    if asked.get("waktu") == pulse.tick(calendar, now):
        return HttpResponse(status=204)
    place = {"page_number": _whole(asked.get("page")) or 1, "oldest_first": asked.get("urut") == "lama"}
    page = living_time(request.user, ticket, now, calendar) | place | {"live": True, "news": NEWS_OF_TIME}
    return render(request, "tickets/_live_time.html", page)


@require_safe
@login_required
def explain(request, number):
    """Why is it due then? Of the row it stands on, of an earlier one (`run`), or of the reporter's time to answer."""
    ticket = _visible(request, number)
    runs = ticket.runs.select_related("performer").order_by("pk")
    run = get_object_or_404(runs, pk=_whole(request.GET["run"])) if "run" in request.GET else runs.last()
    calendar = calendars.current()
    if ticket.confirm_by and "run" not in request.GET:
        told = why.of_answer(history.asked().get(ticket=ticket).at, ticket.confirm_by, calendar)
    else:
        run.ticket = ticket
        told = why.of_run(Sight.of(request.user, ticket), run, calendar)
    return render(request, "tickets/why.html", {"ticket": ticket, "why": told})


@an_act
def complete(request, number):
    """Leave the row. A form that lost its race, or lacks something, comes back with everything that was typed."""
    ticket = _visible(request, number)
    prefetch_related_objects([ticket], Prefetch("runs", StepRun.objects.select_related("performer")))
    run = next((run for run in ticket.runs.all() if run.pk == _run(request)), None)
    if run is None:
        return _page(request, ticket, notice="Formulir ini tidak lengkap. Silakan ulangi.", status=422)
    form = StepForm(request.POST, request.FILES, ticket=ticket, run=run, owner=request.user)
    valid = form.is_valid()
    if not valid and run.left_at is None and rules.may_complete(request.user, ticket, run):
        return _page(request, ticket, step_form=form, status=422)
    try:
        ticket = actions.complete_step(
            ticket,
            by=request.user,
            run=run.pk,
            arrow=form.cleaned_data.get("arrow", ""),
            answers=form.answers() if valid else {},
            reason=form.cleaned_data.get("reason", ""),
            token=form.cleaned_data.get("token"),
        )
    except actions.Incomplete as lacking:
        form.reject(lacking.errors)
        return _page(request, ticket, step_form=form, status=422)
    except actions.Refused as refusal:
        return _refused(request, number, refusal, step_form=form)
    messages.success(request, _thanks(ticket, run))
    return redirect(ticket)


@an_act
def claim(request, number):
    return _act(request, number, actions.claim, "Tugas ini sekarang Anda pegang.", run=_run(request))


@an_act
def release(request, number):
    return _act(request, number, actions.release, "Tugas sudah Anda lepas.", run=_run(request))


@an_act
def hand_over(request, number):
    ticket = _visible(request, number)
    form = HandOverForm(request.POST, people=rules.colleagues(ticket))
    if not form.is_valid():
        return _page(request, ticket, hand_over_form=form, status=422)
    to = form.cleaned_data["person"]
    thanks = f"{to.name} sekarang memegang tugas ini."
    return _act(request, number, actions.hand_over, thanks, to=to, run=_run(request))


# Time


@an_act
def hold(request, number):
    return _set_time(request, number, HoldForm, actions.hold, "Langkah {row} ditunda sampai {until}.")


@an_act
def resume(request, number):
    return _act(request, number, actions.resume, "Langkah ini dilanjutkan.", run=_run(request))


@an_act
def extend(request, number):
    return _set_time(request, number, ExtendForm, actions.extend, "Langkah {row} diperpanjang sampai {until}.")


@an_act
def estimate(request, number):
    thanks = "Perkiraan selesai langkah {row} dicatat: {until}."
    return _set_time(request, number, EstimateForm, actions.estimate, thanks)


def _set_time(request, number, form_class, action, thanks):
    """Hold, extend or estimate. What cannot be done comes back with everything that was chosen and typed."""
    ticket = _visible(request, number)
    run = ticket.runs.filter(pk=_run(request)).first()
    if run is None:
        return _page(request, ticket, notice="Formulir ini tidak lengkap. Silakan ulangi.", status=422)
    form = form_class(request.POST, run=run, now=timezone.now(), calendar=calendars.current())
    if not form.is_valid():
        return _page(request, ticket, time_form=form, status=422)
    try:
        action(ticket, by=request.user, **form.cleaned_data)
    except actions.Incomplete as lacking:
        form.reject(lacking.errors)
        return _page(request, ticket, time_form=form, status=422)
    except actions.Refused as refusal:
        return _refused(request, number, refusal, time_form=form)
    messages.success(request, thanks.format(row=run.row, until=words.day(form.cleaned_data["until"])))
    return redirect(ticket)


# Talk, and the end


@an_act
def comment(request, number):
    ticket = _visible(request, number)
    takes_part = rules.takes_part(request.user, ticket)
    form = CommentForm(request.POST, request.FILES, owner=request.user, takes_part=takes_part)
    if not form.is_valid():
        return _page(request, ticket, comment_form=form, status=422)
    try:
        actions.comment(ticket, by=request.user, **form.cleaned_data)
    except actions.Refused as refusal:
        return _refused(request, number, refusal, comment_form=form)
    return redirect(f"{ticket.get_absolute_url()}#riwayat")


@an_act
def confirm(request, number):
    thanks = "Terima kasih. Tiket ini selesai."
    return _act(request, number, actions.confirm, thanks, token=_token(request.POST.get("token")))


@an_act
def reopen(request, number):
    ticket = _visible(request, number)
    form = ReopenForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, reopen_form=form, status=422)
    try:
        ticket = actions.reopen(ticket, by=request.user, **form.cleaned_data)
    except actions.Refused as refusal:
        return _refused(request, number, refusal, reopen_form=form)
    messages.success(request, f"Tiket dibuka kembali. Putaran ke-{ticket.round} dimulai.")
    return redirect(ticket)


# Reports of one fault


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def tie(request, number):
    """Choose the ticket that this one follows, told beforehand what will happen."""
    ticket = _visible(request, number)
    run = ticket.runs.open().select_related("performer").first()
    is_sent = request.method == "POST"
    form = TieForm(
        request.POST if is_sent else None, ticket=ticket, person=request.user, offered=alike(ticket), run=run
    )
    if not form.is_valid():
        if not rules.may_tie(request.user, ticket, run):
            refusal = actions.Refused("Laporan ini tidak dapat Anda gabungkan pada langkah ini.")
            return _refused(request, number, refusal)
        return render(request, "tickets/tie.html", {"ticket": ticket, "form": form}, status=422 if is_sent else 200)
    chosen = {name: form.cleaned_data[name] for name in ("to", "run", "token")}
    try:
        actions.tie(ticket, by=request.user, **chosen)
    except actions.Incomplete as lacking:
        form.reject(lacking.errors)
        return render(request, "tickets/tie.html", {"ticket": ticket, "form": form}, status=422)
    except actions.Refused as refusal:
        return _refused(request, number, refusal)
    messages.success(request, f"{ticket.number} sekarang mengikuti {chosen['to'].number}.")
    return redirect(ticket)


@an_act
def untie(request, number):
    ticket = _visible(request, number)
    form = UntieForm(request.POST)
    if not form.is_valid():
        return _page(request, ticket, untie_form=form, status=422)
    try:
        ticket = actions.untie(ticket, by=request.user, **form.cleaned_data)
    except actions.Refused as refusal:
        return _refused(request, number, refusal, untie_form=form)
    messages.success(request, f"{ticket.number} dipisahkan dan kembali ke langkah {ticket.step.no}.")
    return redirect(ticket)


# What every view here does alike


def _visible(request, number):
    """The ticket, if this person may see it; else as if it were absent."""
    tickets = Ticket.objects.visible_to(request.user).annotate(
        is_main=Exists(Ticket.objects.filter(main=OuterRef("pk"))), is_data_held=erasing.on_hold()
    )
    tickets = tickets.select_related("unit", "reporter", "filed_by", "main__unit").prefetch_related("main__runs")
    return get_object_or_404(tickets, number=number)


def _act(request, number, action, thanks, **arguments):
    """Do what one button asks, and go back to the page."""
    ticket = _visible(request, number)
    try:
        action(ticket, by=request.user, **arguments)
    except actions.Refused as refusal:
        return _refused(request, number, refusal)
    messages.success(request, thanks)
    return redirect(ticket)


def _refused(request, number, refusal, **forms):
    """The page as it stands now, with the reason on top and what was typed below it."""
    status = 409 if isinstance(refusal, actions.Conflict) else 403
    return _page(request, _visible(request, number), notice=str(refusal), status=status, **forms)


def _page(request, ticket, *, status=200, **parts):
    return render(request, "tickets/detail.html", contents(request, ticket, **parts), status=status)


def _run(request):
    """The visit of a row that the form was made for; None when it does not say."""
    return _whole(request.POST.get("run"))


def _whole(text):
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 19 else None


def _token(text):
    try:
        return UUID(text or "")
    except ValueError:
        return None


def _thanks(ticket, run):
    if ticket.state == END:
        asked = "Subkoordinator" if ticket.restricted else "Pelapor"
        return f"Langkah {run.row} selesai. {asked} diminta mengonfirmasi."
    if ticket.step is None:
        return "Laporan ditutup dengan alasan yang Anda tuliskan."
    return f"Langkah {run.row} selesai. Berikutnya langkah {ticket.step.no}, {ticket.step.performer.label}."
