"""Who saw which file, and the audit trail: read page by page, under filters that stand in the address."""

from django.db.models import Q
from django.shortcuts import render
from django.views.decorators.http import require_safe

from tickets import trail, worklists
from tickets.counting import Page
from tickets.forms.privacy import AuditFilter, ViewFilter
from tickets.models import AuditEntry, FileView
from tickets.models.tickets import visible_to
from tickets.views.guards import administrators_only, answerable_only

PAGE_SIZE = 50


@require_safe
@answerable_only
def views_of_files(request):
    """Who saw attachments and issued papers: administrators of every ticket but security incidents, who answers for an
    SOP of its tickets. Which file it was, its ticket's page says."""
    filters = ViewFilter(request.GET)
    page = _page(_views(filters, request.user), request.GET.get("page"))
    return render(request, "audit/views.html", {"filters": filters, "page": page})


def _views(filters, person):
    readable = _readable(person, "attachment__ticket__") | _readable(person, "document__ticket__")
    if person.is_staff or person.heads_the_office:
        readable |= Q(document__isnull=False, document__ticket=None)  # papers of the whole office
    views = FileView.objects.filter(readable)
    if number := filters.text("tiket"):
        views = views.filter(Q(attachment__ticket__number__iexact=number) | Q(document__ticket__number__iexact=number))
    if name := filters.text("orang"):
        views = views.filter(person__name__icontains=name)
    views = _within(views, filters)
    return views.select_related("person", "attachment__ticket", "document__ticket").defer(
        "document__inputs", "document__images"
    )


def _readable(person, of):
    """Views of files of tickets that the person answers for; an administrator's are all but those of incidents."""
    overseen = Q(**{f"{of}procedure__in": worklists.overseen(person)})
    return overseen | Q(**{f"{of}restricted": False}) if person.is_staff else overseen


@require_safe
@administrators_only
def audit_trail(request):
    """What was done to people, rights, data and settings, and who signed in."""
    filters = AuditFilter(request.GET)
    page = _page(_entries(filters, request.user), request.GET.get("page"))
    lines = [trail.told(entry) for entry in page]
    return render(request, "audit/trail.html", {"filters": filters, "page": page, "lines": lines})


def _entries(filters, person):
    not_secret = Q(ticket=None) | Q(ticket__restricted=False) | visible_to(person, of="ticket__")
    entries = AuditEntry.objects.filter(not_secret)
    if event := filters.text("kejadian"):
        entries = entries.filter(event=event)
    else:  # the nightly job says so for each class; on most nights it is nothing
        entries = entries.exclude(event=AuditEntry.Event.RETAINED, facts__removed=0)
    if name := filters.text("orang"):
        entries = entries.filter(Q(by__name__icontains=name) | Q(about__name__icontains=name))
    return _within(entries, filters).select_related("by", "about", "ticket")


def _within(rows, filters):
    if filters.start:
        rows = rows.filter(at__gte=filters.start)
    return rows.filter(at__lt=filters.end) if filters.end else rows


def _page(rows, asked):
    """One page in one query: whether there is another is seen, how many there are is not counted."""
    number = max(1, int(asked[:6])) if asked and asked.isascii() and asked.isdigit() else 1
    start = (number - 1) * PAGE_SIZE
    found = list(rows.order_by("-at", "-pk")[start : start + PAGE_SIZE + 1])
    return Page(found[:PAGE_SIZE], number, None, has_next=len(found) > PAGE_SIZE)
