"""The addresses of the helpdesk, in the words of the interface."""

from django.urls import path

from tickets.views import auth

urlpatterns = [
    path("masuk/", auth.sign_in, name="masuk"),
    path("masuk/demo/", auth.sign_in_demo, name="masuk-demo"),
    path("keluar/", auth.sign_out, name="keluar"),
]
