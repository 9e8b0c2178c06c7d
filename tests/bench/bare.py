"""The measure of all others: session, sign-in check, one indexed query of 25 rows, a fixed page of about 28 kB.

Its address stands in this urlconf only, which no setting of the product names.
"""

from django.contrib.auth.decorators import login_required
from django.shortcuts import render
from django.urls import include, path

from tickets.models import Ticket

ADDRESS = "/polos/"


@login_required
def bare(request):
    return render(request, "bench/bare.html", {"tickets": Ticket.objects.order_by("-updated_at")[:25]})


urlpatterns = [path(ADDRESS.strip("/") + "/", bare), path("", include("sopdesk.urls"))]
