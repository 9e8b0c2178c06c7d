"""Identitas kantor: what stands on every paper, seen as a whole and changed section by section. For administrators."""

import mimetypes

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import FileResponse, Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from tickets import audit
from tickets.forms import office as forms
from tickets.models import AuditEntry, Office, Signer
from tickets.reports import specimen
from tickets.views.files import HEADERS
from tickets.views.guards import administrators_only
from tickets.views.printing import printed
from workflows import sops
from workflows.models import SopApproval, identity_of
from workflows.roles import Role

#: The sections of the one office: address, heading, form, template of its fields.
SECTIONS = {
    "kop": ("Kop surat", forms.LetterheadForm, "office/_fields.html"),
    "kertas": ("Ukuran kertas", forms.PaperForm, "office/_fields.html"),
    "nomor": ("Nomor surat", forms.NumbersForm, "office/_numbers.html"),
}


@require_safe
@administrators_only
def overview(request):
    """Everything that is entered, with the letterhead as it looks."""
    office = Office.current()
    signers = {signer.role: signer for signer in Signer.objects.all()}
    context = {
        "office": office,
        "numbers": forms.NumbersForm().kinds,
        "signers": [(Role(role), signers.get(role)) for role, _ in Signer._meta.get_field("role").choices],
        "approvals": [(sop, identity_of(sop)) for sop in sops.all_sops().values()],
    }
    return render(request, "office/overview.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def section(request, name):
    """One section of the office. `contoh` shows what the numbers typed would look like, and saves nothing."""
    if name not in SECTIONS:
        raise Http404
    title, form_class, fields = SECTIONS[name]
    form = form_class(_posted(request))
    context = {"form": form, "title": title, "fields": fields}
    if "contoh" in request.POST:
        return render(request, "office/form.html", context, status=200 if form.is_valid() else 422)
    return _entered(request, form, context, section=name)


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def signer(request, role):
    """Who signs for a role; `hapus` leaves nobody."""
    if role not in dict(Signer._meta.get_field("role").choices):
        raise Http404
    row = Signer.objects.filter(role=role).first()
    unentered = Signer(role=role, position=Role(role).label)
    form = forms.SignerForm(_posted(request), instance=row or unentered)
    context = {
        "form": form,
        "title": f"Penanda tangan: {Role(role).label}",
        "lead": "Tanpa penanda tangan, dokumen ditandatangani oleh pemegang peran ini pada hari itu.",
        "fields": "office/_fields.html",
        "remove": "Hapus penanda tangan" if row else "",
    }
    return _entered(request, form, context, section=f"signer {role}")


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def approval(request, key):
    """The approval of one SOP; `hapus` leaves what its file says."""
    if key not in sops.all_sops():
        raise Http404
    sop = sops.get(key)
    row = SopApproval.objects.filter(sop_key=key).first()
    form = forms.ApprovalForm(_posted(request), instance=row or SopApproval(sop_key=key), sop=sop)
    context = {
        "form": form,
        "title": f"Pengesahan: {sop.service}",
        "sop": sop,
        "fields": "office/_approval.html",
        "remove": "Hapus pengesahan" if row else "",
    }
    return _entered(request, form, context, section=f"approval {key}")


@require_http_methods(["GET", "HEAD", "POST"])
@administrators_only
def logo(request):
    """The logo of the letterhead; `hapus` leaves none."""
    if "hapus" in request.POST:
        with transaction.atomic():
            forms.remove_logo()
            return _saved(request, section="logo")
    form = forms.LogoForm(_posted(request), request.FILES or None)
    context = {"form": form, "title": "Logo", "office": Office.current(), "fields": "office/_logo.html"}
    if context["office"].logo:
        context["remove"] = "Hapus logo"
    return _entered(request, form, context, section="logo")


@require_safe
@login_required
def logo_file(request):
    """The logo itself."""
    picture = Office.current().logo
    if not picture:
        raise Http404
    content_type, _ = mimetypes.guess_type(picture.name)
    try:
        return FileResponse(picture.open("rb"), content_type=content_type, headers=HEADERS)
    except FileNotFoundError:
        raise Http404 from None


@require_safe
@administrators_only
def specimen_pdf(request):
    """A page with the letterhead, a number and the signatures, as they are printed."""
    return printed(request, "contoh-kop-surat.pdf", lambda: specimen.specimen(timezone.now()))


def _posted(request):
    """What was posted; for a removal, every field empty."""
    if request.method != "POST":
        return None
    return {} if "hapus" in request.POST else request.POST


def _entered(request, form, context, *, section):
    """Save what is sound and go back to the whole; else show the form, with what was typed."""
    if request.method != "POST" or not form.is_valid():
        return render(request, "office/form.html", context, status=422 if form.errors else 200)
    with transaction.atomic():
        form.save()
        return _saved(request, section=section)


def _saved(request, *, section):
    audit.record(AuditEntry.Event.OFFICE_CHANGED, by=request.user, request=request, section=section)
    messages.success(request, "Identitas kantor disimpan.")
    return redirect("kantor")
