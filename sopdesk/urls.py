"""The addresses of SOPDesk. Error pages are templates/400.html, 403.html, 404.html, 405.html and 500.html."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("admin/", admin.site.urls),
    path("", include("tickets.urls")),
]
