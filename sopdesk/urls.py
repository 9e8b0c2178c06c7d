"""The addresses of SOPDesk. Error pages are templates/400.html, 403.html, 404.html, 405.html and 500.html."""

from django.contrib import admin
from django.urls import include, path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from tickets.views import auth

urlpatterns = [
    # The admin has no sign-in, sign-out or password page of its own: none would be counted or written down.
    path("admin/login/", auth.sign_in_to_admin),
    path("admin/logout/", auth.sign_out),
    path("admin/password_change/", require_safe(RedirectView.as_view(pattern_name="sandi-ubah"))),
    path("admin/", admin.site.urls),
    path("", include("tickets.urls")),
]

handler400 = "sopdesk.errors.not_understood"
handler500 = "sopdesk.errors.failed"
