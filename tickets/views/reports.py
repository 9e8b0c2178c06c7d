"""*Buat laporan*, and what the person reads once it is sent."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from tickets import actions, tracking
from tickets.forms.report import ReportForm
from tickets.models import Ticket


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def create(request):
    if request.method != "POST":
        return _page(request, ReportForm(person=request.user, initial={"procedure": request.GET.get("layanan")}))
    form = ReportForm(request.POST, request.FILES, person=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    typed = form.cleaned_data
    try:
        ticket = actions.file_report(
            form.sop,
            by=request.user,
            title=typed["title"],
            description=typed["description"],
            page_url=typed["page_url"],
            noticed_at=typed["noticed_at"],
            impact=typed["impact"],
            answers=form.answers(),
            on_behalf_of=form.on_behalf_of(),
            token=typed["token"],
        )
    except actions.Incomplete as lacking:
        for field, sentence in lacking.errors.items():
            form.add_error(field if field in form.fields else "page_url", sentence)
        return _page(request, form, status=422)
    except actions.Refused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, form, status=403)
    if not Ticket.objects.visible_to(request.user).filter(pk=ticket.pk).exists():  # sent before, and theirs no more
        messages.success(request, "Laporan Anda sudah diterima.")
        return redirect("beranda")
    return redirect("laporan-terkirim", number=ticket.number)


@require_safe
@login_required
def sent(request, number):
    """The number in large type, and what happens next."""
    tickets = Ticket.objects.visible_to(request.user).select_related("reporter", "unit")
    ticket = get_object_or_404(tickets, number=number)
    link = request.build_absolute_uri(ticket.get_absolute_url())
    context = {"ticket": ticket, "link": link, "tracking_link": tracking.link_for(request.user, ticket)}
    return render(request, "reports/sent.html", context)


def _page(request, form, *, status=200):
    return render(request, "reports/create.html", {"form": form}, status=status)
