"""Pemberitahuan: the bell, what it holds grouped by ticket or paper, and by which way a person wants to be told."""

from dataclasses import dataclass

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, F, Max, Q, Window
from django.db.models.functions import RowNumber
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from tickets.forms.notices import MailChoiceForm
from tickets.models import Document, Notice, Ticket
from tickets.notifications.kinds import READ_WITH, Told, told

GROUPS_PER_PAGE = 15
SHOWN_OF_A_TICKET = 5


@dataclass(frozen=True)
class Group:
    """The notices about one ticket or one paper, the newest first."""

    about: Ticket | Document
    notices: list[Told]
    total: int
    unread: int

    @property
    def ticket(self) -> Ticket | None:
        return self.about if isinstance(self.about, Ticket) else None

    @property
    def document(self) -> Document | None:
        return self.about if isinstance(self.about, Document) else None

    @property
    def more(self) -> int:
        return self.total - len(self.notices)


@require_safe
@login_required
def notices(request):
    """Everything a person was told, by ticket or paper, the latest first."""
    return render(request, "notices/notices.html", _contents(request, MailChoiceForm(instance=request.user)))


@require_safe
@login_required
def bell(request):
    """The bell alone, for pages that stay open."""
    return render(request, "_partials/_bell.html", {"live": True})


@require_POST
@login_required
def read_all(request):
    """Mark everything as read."""
    _mark(Notice.objects.in_app(request.user))
    return redirect("pemberitahuan")


@require_POST
@login_required
def read_ticket(request, number):
    """Mark what was told of one ticket as read: on opening it, or by its button."""
    visible = Ticket.objects.visible_to(request.user)
    of_ticket = Notice.objects.in_app(request.user).filter(ticket=get_object_or_404(visible, number=number))
    marked = _mark(of_ticket)
    if request.htmx:
        return HttpResponse(status=204, headers={"HX-Trigger": "dibaca"} if marked else {})
    return redirect("pemberitahuan")


@require_POST
@login_required
def mail_choice(request):
    """When the person wants to be told by e-mail."""
    form = MailChoiceForm(request.POST, instance=request.user)
    if not form.is_valid():
        return render(request, "notices/notices.html", _contents(request, form), status=422)
    form.save()
    messages.success(request, "Pilihan surel disimpan.")
    return redirect("profil" if request.POST.get("dari") == "profil" else "pemberitahuan")


def _mark(found):
    return found.unread().update(read_at=timezone.now())


def _contents(request, form):
    page = Paginator(_told_of(request.user), GROUPS_PER_PAGE).get_page(request.GET.get("page"))
    page.object_list = _groups(request.user, list(page.object_list))
    return {"page": page, "form": form, "mail_is_on": settings.MAIL_ENABLED}


def _told_of(person):
    """Per ticket or paper: how much was told of it, how much is unread, and when last."""
    return (
        Notice.objects.in_app(person)
        .order_by()
        .values("ticket", "document")
        .annotate(total=Count("pk"), unread=Count("pk", filter=Q(read_at=None)), last=Max("at"))
        .order_by("-last", "-ticket", "-document")
    )


def _groups(person, found):
    numbered = Window(RowNumber(), partition_by=[F("ticket"), F("document")], order_by=[F("at").desc(), F("pk").desc()])
    newest = (
        Notice.objects.in_app(person)
        .filter(
            Q(ticket__in=[row["ticket"] for row in found if row["ticket"]])
            | Q(document__in=[row["document"] for row in found if row["document"]])
        )
        .annotate(place=numbered)
        .filter(place__lte=SHOWN_OF_A_TICKET)
        .select_related(*READ_WITH)
        .order_by("-at", "-pk")
    )
    by_subject = {}
    for notice in newest:
        by_subject.setdefault((notice.ticket_id, notice.document_id), []).append(notice)
    return [_group(by_subject[row["ticket"], row["document"]], row, person) for row in found]


def _group(newest, row, person):
    return Group(
        about=newest[0].about,
        notices=[told(notice, person) for notice in newest],
        total=row["total"],
        unread=row["unread"],
    )
