"""Local accounts: a person is found by surel or by NIP."""

from __future__ import annotations

from django.contrib.auth.backends import ModelBackend
from django.http import HttpRequest
from django.views.decorators.debug import sensitive_variables

from tickets.models import User
from tickets.nip import digits_of


def identity(typed: str) -> str:
    """What somebody typed to say who they are, as accounts have it: a NIP without spaces, a surel in small letters."""
    return digits_of(typed) or typed.strip().lower()


def find(typed: str) -> User | None:
    """The person whose surel or NIP this is; one query, whatever was typed."""
    who = identity(typed)
    return (User.objects.filter(nip=who) if who.isdigit() else User.objects.with_email(who)).first()


class SurelOrNip(ModelBackend):
    """Hashes exactly one password per try: for a person who is unknown, disabled or without a password as well."""

    @sensitive_variables("password")
    def authenticate(
        self, request: HttpRequest | None, username: str | None = None, password: str | None = None, **kwargs: object
    ) -> User | None:
        if username is None or password is None:
            return None
        # Without an account there is no password to compare: Django then hashes one all the same.
        person = find(username) or User(password="")
        is_right = person.check_password(password)
        return person if is_right and self.user_can_authenticate(person) else None
