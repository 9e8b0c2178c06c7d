"""Single sign-on by OpenID Connect: the provider shows who somebody is; who may come in, SOPDesk decides.

An account is known by its subject. The first time, it is found by its verified e-mail or NIP and then bound. Nobody is
made or let in again by it, and a second factor is asked for all the same (`tickets.views.auth.proceed`).
"""

from __future__ import annotations

import logging
from typing import Any

from authlib.common.errors import AuthlibBaseError
from authlib.integrations.django_client import DjangoIntegration, DjangoOAuth2App
from authlib.integrations.requests_client import OAuth2Session
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from joserfc.errors import JoseError
from requests import RequestException

from tickets import audit, sessions
from tickets.models import AuditEntry, User
from tickets.nip import digits_of

#: Seconds that one answer of the provider may take.
PATIENCE = 10
#: How ID tokens may be signed: by a key that only the provider has.
SIGNED_BY = frozenset({"RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"})
LONGEST_SUBJECT = User._meta.get_field("oidc_subject").max_length or 0

log = logging.getLogger("sopdesk.sso")


class Unreachable(Exception):
    """The provider does not answer, or not as one does."""


class Refused(Exception):
    """What came back does not show who somebody is: another browser's, used before, forged, or refused there."""


class Unknown(Exception):
    """The provider knows this person, but no active account here is theirs."""


class _Session(OAuth2Session):
    """Speaks to the addresses that the provider has named, and to no others that one of them points to."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, default_timeout=PATIENCE, **kwargs)
        self.max_redirects = 0


class _Provider(DjangoOAuth2App):
    client_cls = _Session

    def load_server_metadata(self) -> dict[str, Any]:
        """As it is now. A provider that calls itself otherwise, or leaves https, is not the one that was set."""
        is_new = "_loaded_at" not in self.server_metadata
        found: dict[str, Any] = super().load_server_metadata()
        if is_new:
            scheme = settings.OIDC_ISSUER.partition("://")[0]
            ends = [str(found.get(name)) for name in ("authorization_endpoint", "token_endpoint", "jwks_uri")]
            if found.get("issuer") != settings.OIDC_ISSUER or not all(end.startswith(f"{scheme}://") for end in ends):
                raise Unreachable("the provider does not describe itself as the one that was set")
            offered = found.get("id_token_signing_alg_values_supported") or ["RS256"]
            found["id_token_signing_alg_values_supported"] = [name for name in offered if name in SIGNED_BY]
        return found


def _provider() -> _Provider:
    return _Provider(
        DjangoIntegration("sso"),
        "sso",
        client_id=settings.OIDC_CLIENT_ID,
        client_secret=settings.OIDC_CLIENT_SECRET,
        server_metadata_url=f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration",
        client_kwargs={"scope": "openid email profile", "code_challenge_method": "S256"},
    )


def begin(request: HttpRequest) -> HttpResponse:
    """Send a browser to the provider. Raises Unreachable."""
    back_to = settings.SITE_URL + reverse("masuk-sso-kembali")
    try:
        return _provider().authorize_redirect(request, back_to)
    except (RequestException, AuthlibBaseError, ValueError, TypeError, AttributeError, RuntimeError) as error:
        raise _unreachable(error) from error


def claims_of(request: HttpRequest) -> dict[str, Any]:
    """What the provider says about who has come back from it. Raises Refused or Unreachable."""
    options = {
        "iss": {"essential": True, "value": settings.OIDC_ISSUER},
        "aud": {"essential": True, "value": settings.OIDC_CLIENT_ID},
    }
    try:
        token = _provider().authorize_access_token(request, claims_options=options)
        return dict(token["userinfo"])
    except RequestException as error:
        raise _unreachable(error) from error
    except (AuthlibBaseError, JoseError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        log.warning("single sign-on was refused: %s", type(error).__name__)
        raise Refused from error


@transaction.atomic
def person_for(claims: dict[str, Any], *, request: HttpRequest) -> User:
    """Whose account this is, bound to it from now on. Raises Unknown, whether there is none or it is closed."""
    subject = f"{claims['iss']}|{claims['sub']}"
    if len(subject) > LONGEST_SUBJECT:
        raise Unknown
    person = User.objects.filter(oidc_subject=subject).first() or _bound(subject, claims, request)
    if not person.is_active:
        raise Unknown
    return person


def _bound(subject: str, claims: dict[str, Any], request: HttpRequest) -> User:
    """The one active account that no subject has yet, of this verified e-mail or this NIP."""
    active = User.objects.select_for_update(of=("self",), no_key=True).filter(is_active=True)
    theirs = active.none()
    if email := _verified_email(claims):
        theirs |= active.with_email(email)
    if nip := _nip(claims):
        theirs |= active.filter(nip=nip)
    found = list(theirs[:2])
    if len(found) != 1:
        raise Unknown
    [person] = found
    if person.oidc_subject:
        raise Unknown
    person.oidc_subject = subject
    try:
        with transaction.atomic():
            person.save(update_fields=["oidc_subject"])
    except IntegrityError as error:  # somebody else's already, in the same moment
        raise Unknown from error
    audit.record(AuditEntry.Event.PERSON_CHANGED, by=person, about=person, request=request, fields=["oidc_subject"])
    return person


def _verified_email(claims: dict[str, Any]) -> str:
    """The address, if the provider has verified it; empty for one with letters that pass for others."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str):
        return ""
    return email if email.isascii() else ""


def _nip(claims: dict[str, Any]) -> str:
    """The NIP, however it is spaced; empty for a number, which has been rounded on its way by some."""
    nip = claims.get("nip")
    return digits_of(nip) if isinstance(nip, str) else ""


@transaction.atomic
def release(person: User, *, by: User, request: HttpRequest) -> bool:
    """Let an account be no subject's any more, and end its sessions: who signs in next with its address or NIP binds
    it anew. Says whether it was somebody's."""
    if not User.objects.filter(pk=person.pk, oidc_subject__isnull=False).update(oidc_subject=None):
        return False
    sessions.end(person)
    audit.record(AuditEntry.Event.PERSON_CHANGED, by=by, about=person, request=request, fields=["oidc_subject"])
    return True


def _unreachable(error: Exception) -> Unreachable:
    log.warning("the single sign-on provider is not reached: %s", type(error).__name__)
    return Unreachable()
