"""An OpenID provider on loopback: `python -m tests.processes.provider PORT FOLDER CALLBACK CLIENT SECRET`.

Django OAuth Toolkit as an office would run it, with a key made at the start. Somebody signs in at `/masuk/`, where a
test says who they are (`nama`) and what the ID token says about them (`klaim`, JSON), in the place of the right claims
where they have the same name.
"""

import json
import logging
import sys
from pathlib import Path

import django
from django.conf import settings
from jwcrypto import jwk


def configure(port: str, folder: str) -> None:
    address = f"http://127.0.0.1:{port}"
    settings.configure(
        SECRET_KEY="contoh" * 10,
        ALLOWED_HOSTS=["127.0.0.1"],
        ROOT_URLCONF=__name__,
        USE_TZ=True,
        LOGIN_URL="/masuk/",
        DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
        INSTALLED_APPS=[
            "django.contrib.auth",
            "django.contrib.contenttypes",
            "django.contrib.sessions",
            "oauth2_provider",
        ],
        MIDDLEWARE=[
            "django.contrib.sessions.middleware.SessionMiddleware",
            "django.contrib.auth.middleware.AuthenticationMiddleware",
        ],
        DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": Path(folder) / "provider.sqlite3"}},
        OAUTH2_PROVIDER={
            "OIDC_ENABLED": True,
            "OIDC_ISS_ENDPOINT": f"{address}/o",
            "OIDC_RSA_PRIVATE_KEY": jwk.JWK.generate(kty="RSA", size=2048).export_to_pem(True, None).decode(),
            "OAUTH2_VALIDATOR_CLASS": f"{__name__}.Validator",
            "PKCE_REQUIRED": True,
            "SCOPES": {"openid": "", "email": "", "profile": ""},
        },
    )
    django.setup()


if __name__ == "__main__":
    sys.modules["tests.processes.provider"] = sys.modules[__name__]
    configure(*sys.argv[1:3])

from django.contrib.auth import get_user_model, login  # noqa: E402  # once the settings stand
from django.http import HttpResponseRedirect  # noqa: E402
from django.urls import include, path  # noqa: E402
from oauth2_provider.oauth2_validators import OAuth2Validator  # noqa: E402

claims_of: dict[str, dict] = {}


class Validator(OAuth2Validator):
    """Puts into an ID token what the test has said."""

    oidc_claim_scope = None

    def get_id_token_dictionary(self, token, token_handler, request):
        claims, expires = super().get_id_token_dictionary(token, token_handler, request)
        return claims | claims_of[request.user.get_username()], expires


def sign_in(request):
    name = request.GET["nama"]
    person, _ = get_user_model().objects.get_or_create(username=name)
    claims_of[name] = json.loads(request.GET["klaim"])
    login(request, person)
    return HttpResponseRedirect(request.GET.get("next", "/"))


urlpatterns = [
    path("masuk/", sign_in),
    path("o/", include("oauth2_provider.urls", namespace="oauth2_provider")),
]


def main(port: str, folder: str, callback: str, client: str, secret: str) -> None:
    from django.core.management import call_command
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.core.wsgi import get_wsgi_application
    from oauth2_provider.models import Application

    call_command("migrate", verbosity=0)
    Application.objects.create(
        client_id=client,
        client_secret=secret,
        name="SOPDesk",
        client_type=Application.CLIENT_CONFIDENTIAL,
        authorization_grant_type=Application.GRANT_AUTHORIZATION_CODE,
        redirect_uris=callback,
        algorithm=Application.RS256_ALGORITHM,
        skip_authorization=True,
    )
    logging.disable(logging.CRITICAL)
    server = ThreadedWSGIServer(("127.0.0.1", int(port)), WSGIRequestHandler)
    server.set_app(get_wsgi_application())
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
