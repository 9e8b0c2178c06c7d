"""Files in and out. Knowing an address is never enough: each delivery asks who is there and is written down."""

import logging
from pathlib import Path

from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.db.models import Q
from django.http import FileResponse, Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from tickets import images, uploads
from tickets.models import Attachment, FileView, Ticket
from tickets.requests import client_address
from tickets.sight import Sight

deliveries = logging.getLogger("sopdesk.files")

#: Nothing uploaded may run, load, be framed elsewhere or stay in a cache.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "private, no-store",
}


@require_POST
@login_required
def upload(request):
    """Store one file for the report, row or comment that the person is writing."""
    file = request.FILES.get("berkas")
    if file is None:
        return JsonResponse({"error": "Berkas tidak sampai dengan utuh. Silakan unggah kembali."}, status=422)
    try:
        documents = "dokumen" in request.POST and request.user.is_performer  # PDF is for a row's Output
        attachment = uploads.store(file, by=request.user, documents=documents)
    except ValidationError as refusal:
        return JsonResponse({"error": refusal.message}, status=422)
    answer = {"key": attachment.key, "name": attachment.name, "url": reverse("lampiran", args=[attachment.key])}
    if attachment.is_image:
        answer["thumbnail"] = reverse("lampiran-kecil", args=[attachment.key])
    return JsonResponse(answer, status=201)


@require_http_methods(["GET", "HEAD", "DELETE"])
@login_required
def attachment(request, key):
    """A file, or with DELETE the removal of one's own that was not sent yet."""
    if request.method == "DELETE":
        if not uploads.discard(get_object_or_404(uploads.unattached(request.user), key=key)):
            raise Http404
        return HttpResponse(status=204)
    found = _visible(request.user, key)
    if found.erased_at:
        return gone(request, found.erased_at)
    return _delivered(request, found, found.file, found.content_type, found.name, part=FileView.Part.WHOLE)


@require_safe
@login_required
def thumbnail(request, key):
    """The small picture of an image."""
    found = _visible(request.user, key)
    if found.erased_at:
        return gone(request, found.erased_at)
    if not found.thumbnail:
        raise Http404
    name = f"{Path(found.name).stem}.{images.THUMBNAIL_ENDING}"
    return _delivered(request, found, found.thumbnail, images.THUMBNAIL_TYPE, name, part=FileView.Part.THUMBNAIL)


def _visible(person, key):
    """One's own upload not sent yet, or what the person sees of a visible ticket; else as if it were absent."""
    own = Q(ticket=None, uploaded_by=person)
    of_visible_tickets = Q(ticket__in=Ticket.objects.visible_to(person))
    known = Attachment.objects.select_related("ticket").filter(own | of_visible_tickets)
    found = get_object_or_404(known, key=key)
    if found.ticket and not Sight.of(person, found.ticket).shows(found):
        raise Http404
    return found


def gone(request, erased_at):
    """In the place of a file or paper that was removed: since when."""
    return render(request, "audit/gone.html", {"erased_at": erased_at}, status=410)


def _delivered(request, found, file, content_type, name, *, part):
    """The file; who saw it is written down first, so that none is seen unknown."""
    number = found.ticket.number if found.ticket else "not sent yet"
    try:
        response = FileResponse(
            file.open("rb"), as_attachment=not found.is_image, filename=name, content_type=content_type, headers=HEADERS
        )
    except FileNotFoundError:
        deliveries.error("file %s of %s is missing on disk", found.key[:8], number)
        raise Http404 from None
    FileView.objects.create(
        at=timezone.now(), person=request.user, attachment=found, part=part, address=client_address(request)
    )
    return response
