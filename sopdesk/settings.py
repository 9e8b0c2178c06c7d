"""All settings of SOPDesk, read once from the environment. What is wrong is said by name and stops the start.

Without any variable this is an *embedded* install: SQLite, a key made on the first start, demo accounts, reachable from
this machine only. SOPDESK_ENV=production trusts nothing that was not set on purpose.
"""

import os
import ssl
import sys
import tempfile
from email.utils import getaddresses
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

import dj_database_url
from celery.schedules import crontab
from csp.constants import NONE, SELF
from django.contrib.messages import constants as messages
from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.management.utils import get_random_secret_key
from django.core.validators import validate_email
from kombu import Exchange, Queue

BASE_DIR = Path(__file__).resolve().parent.parent


def text(name, default=""):
    return os.environ.get(name, default).strip()


def flag(name, *, default):
    value = text(name).lower()
    if value in ("", "1", "0", "true", "false", "yes", "no", "on", "off"):
        return value in ("1", "true", "yes", "on") if value else default
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")


def number(name, *, default, least, most):
    value = text(name) or str(default)
    if not value.isascii() or not value.isdigit() or not least <= int(value) <= most:
        raise ImproperlyConfigured(f"{name} must be a whole number from {least} to {most}, not {value!r}.")
    return int(value)


def words(name, *, default=()):
    """The comma-separated values of a variable."""
    return [word.strip() for word in text(name).split(",") if word.strip()] or list(default)


def writable_folder(name, *, default):
    folder = Path(text(name) or default).expanduser().resolve()
    try:
        folder.mkdir(mode=0o750, parents=True, exist_ok=True)
    except OSError as error:
        raise ImproperlyConfigured(f"{name} names a folder that cannot be made: {error}.") from error
    return folder


# Where this runs

ENVIRONMENT = text("SOPDESK_ENV", "embedded")
if ENVIRONMENT not in ("embedded", "production"):
    raise ImproperlyConfigured(f"SOPDESK_ENV must be embedded or production, not {ENVIRONMENT!r}.")
PRODUCTION = ENVIRONMENT == "production"
TESTING = "pytest" in sys.modules

DATABASE_URL = text("DATABASE_URL")
REDIS_URL = text("REDIS_URL")
EMBEDDED = not PRODUCTION and not DATABASE_URL
if REDIS_URL and not REDIS_URL.startswith(("redis://", "rediss://")):
    raise ImproperlyConfigured("REDIS_URL must begin with redis:// or rediss://.")

DATA = writable_folder("SOPDESK_DATA", default=BASE_DIR / "var")
PORT = number("PORT", default=8000, least=1, most=65535)
BIND = text("SOPDESK_BIND", "127.0.0.1")
ANSWERS_AT = "127.0.0.1" if BIND in ("", "0.0.0.0", "::") else f"[{BIND}]" if ":" in BIND else BIND  # noqa: S104
WEB_PROCESSES = number("SOPDESK_PROCESSES", default=2, least=1, most=64)
WEB_THREADS = number("SOPDESK_THREADS", default=4, least=1, most=64)
WORKER_TASKS = number("SOPDESK_WORKER_TASKS", default=4, least=2, most=64)

DEBUG = flag("SOPDESK_DEBUG", default=False)
if PRODUCTION and DEBUG:
    raise ImproperlyConfigured("SOPDESK_DEBUG must be off in production: its error pages show what nobody should see.")

# Demo accounts share one published password, so they live only where strangers cannot come: on this machine itself,
# unless somebody who opens the site to a network asks for them by name.
DEMO = flag("SOPDESK_DEMO", default=EMBEDDED and BIND in ("127.0.0.1", "::1", "localhost"))
DEMO_DOMAIN = "@demo.sopdesk.invalid"
if PRODUCTION and DEMO:
    raise ImproperlyConfigured("SOPDESK_DEMO must be off in production: anybody could sign in with a demo account.")

ALLOWED_HOSTS = words("SOPDESK_ALLOWED_HOSTS")
if PRODUCTION and (not ALLOWED_HOSTS or "*" in ALLOWED_HOSTS):
    raise ImproperlyConfigured("SOPDESK_ALLOWED_HOSTS must name the hosts of this site in production, and never '*'.")
if not PRODUCTION:
    ALLOWED_HOSTS += ["localhost", "127.0.0.1", "[::1]"]


# The secret key


def key_weakness(key):
    """Why this key must not guard a production site, or an empty text."""
    if not key:
        return "is missing"
    if len(key) < 50:
        return "is shorter than 50 characters"
    if len(set(key)) < 10:
        return "repeats too few characters"
    if key.startswith("django-insecure"):
        return "is a sample key"
    return ""


def kept_key(path):
    """The key of an embedded install: made on the first start, readable by its owner only."""
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(get_random_secret_key())
    except FileExistsError:
        pass
    key = path.read_text().strip()
    if key_weakness(key):
        raise ImproperlyConfigured(f"The secret key in {path} {key_weakness(key)}: remove the file to have one made.")
    return key


SECRET_KEY = text("SOPDESK_SECRET_KEY")
if PRODUCTION and key_weakness(SECRET_KEY):
    raise ImproperlyConfigured(
        f"SOPDESK_SECRET_KEY {key_weakness(SECRET_KEY)}. Production needs at least 50 random characters, "
        "for example from: python -c 'import secrets; print(secrets.token_urlsafe(50))'"
    )
if not SECRET_KEY:
    SECRET_KEY = get_random_secret_key() if TESTING else kept_key(DATA / "secret_key")


# The program

INSTALLED_APPS = [
    "tickets.apps.TicketsConfig",
    "workflows.apps.WorkflowsConfig",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "crispy_forms",
    "crispy_bootstrap5",
    "csp",
    "django_filters",
    "django_fsm",
    "django_htmx",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "js_lib_bootstrap5",
]

MIDDLEWARE = [
    "sopdesk.middleware.knows_each_request",
    "sopdesk.middleware.keeps_to_itself",
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "tickets.gate.keeps_sessions_alive",
    "tickets.gate.leads_back",
    "tickets.gate.WantsSecondFactor",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "sopdesk.middleware.says_what_is_not_allowed",
]

ROOT_URLCONF = "sopdesk.urls"
WSGI_APPLICATION = "sopdesk.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "tickets.context.frame",
            ],
        },
    },
]

CRISPY_ALLOWED_TEMPLATE_PACKS = ["bootstrap5"]
CRISPY_TEMPLATE_PACK = "bootstrap5"

# Packages that hold SOP files, and arrows of those SOPs that are switched on here, written "spj-online.5>end".
SOP_PACKAGES = words("SOPDESK_SOP_PACKAGES", default=["workflows.sops"])
SOPDESK_ENABLED_ARROWS = frozenset(words("SOPDESK_ENABLED_ARROWS"))
# What walks through the SOPs: `workflows` knows it by this name only.
SOP_CASE_MODEL = "tickets.Ticket"

# What the office may set for itself, in working days, and how often the clock looks at the limits, in seconds.
HOLD_DAYS = number("SOPDESK_HOLD_DAYS", default=5, least=1, most=60)
CONFIRM_DAYS = number("SOPDESK_CONFIRM_DAYS", default=3, least=1, most=60)
ESCALATE_AFTER_DAYS = number("SOPDESK_ESCALATE_AFTER_DAYS", default=1, least=1, most=60)
REMIND_EVERY_DAYS = number("SOPDESK_REMIND_EVERY_DAYS", default=5, least=1, most=60)
SWEEP_EVERY = number("SOPDESK_SWEEP_EVERY", default=15, least=1, most=30)


# The database

# Connections one process may have open at once: one for each of its threads, and two for the heartbeats of a worker. A
# pool opens them when they are needed.
POOL_SIZE = max(WEB_THREADS, WORKER_TASKS) + 2


def sqlite(path):
    """One file that survives a power cut, and whose writers queue up instead of failing."""
    synchronous = "OFF" if TESTING else "FULL"  # the file of a test run outlives nothing, and waits for no disk
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": f"PRAGMA journal_mode=WAL; PRAGMA synchronous={synchronous}; PRAGMA foreign_keys=ON; "
            "PRAGMA secure_delete=ON",  # what is erased is overwritten, not only let go
        },
    }


def postgresql(url):
    """A server of its own, reached through one pool per process."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// (leave it out for SQLite).")
    database = dj_database_url.parse(url, conn_max_age=0, conn_health_checks=True)
    database["OPTIONS"] = {"connect_timeout": 5, "tcp_user_timeout": 15_000} | database.get("OPTIONS", {})
    if not TESTING:  # there every thread opens its own connection, so that races are real
        # A page waits 3 seconds for a connection. Whoever tries to open one begins anew after 5, so that a server that
        # comes back is found at once, however long it was away.
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 3, "reconnect_timeout": 5}
    return database


DATABASES = {"default": postgresql(DATABASE_URL) if DATABASE_URL else sqlite(DATA / "sopdesk.sqlite3")}
# A file, as in real life: an SQLite database in memory has one connection for all threads. One per test run.
TEST_DATABASE = f"sopdesk_test_{os.getpid()}"
DATABASES["default"]["TEST"] = {
    "NAME": TEST_DATABASE if DATABASE_URL else Path(tempfile.gettempdir(), f"{TEST_DATABASE}.sqlite3")
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"


# Files

STATIC_URL = "static/"
STATIC_ROOT = writable_folder("SOPDESK_STATIC", default=DATA / "static")  # whitenoise warns when it is not there
STATICFILES_DIRS = [BASE_DIR / "static"]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = TESTING or DEBUG  # the sources, as they are at this moment

# Uploads have no URL: a view serves them after asking who is there.
MEDIA_ROOT = DATA / "media"
FILE_UPLOAD_PERMISSIONS = 0o640
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o750

STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "private": {"BACKEND": "tickets.storage.DurableFileStorage"},
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

FILE_UPLOAD_HANDLERS = [
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "tickets.uploads.BoundedUploadHandler",
]
# Ten files of 10 MB per act pass; a few more still reach the form, which then says so in a sentence.
DATA_UPLOAD_MAX_NUMBER_FILES = 30
DATA_UPLOAD_MAX_NUMBER_FIELDS = 200
DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024


# People

AUTH_USER_MODEL = "tickets.User"
LOGIN_URL = "masuk"
CSRF_FAILURE_VIEW = "tickets.views.auth.csrf_failed"
LOGIN_REDIRECT_URL = "beranda"
LOGOUT_REDIRECT_URL = "masuk"

AUTHENTICATION_BACKENDS = ["tickets.backends.SurelOrNip"]
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("email", "name", "nip", "phone")},
    },
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "tickets.passwords.MaximumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "tickets.passwords.OfficeWordsValidator"},
]
# Scrypt needs memory, which costs a guesser more than us: 0.2 s a sign-in where PBKDF2 takes one.
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.ScryptPasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
if TESTING:  # the tests sign in often
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
PASSWORD_RESET_TIMEOUT = 60 * 60 * number("SOPDESK_LINK_HOURS", default=24, least=1, most=24 * 7)

# A session ends when nobody was there for so long, and at most so long after signing in.
SESSION_ENGINE = "tickets.sessions"
SESSION_IDLE_MINUTES = number("SOPDESK_IDLE_MINUTES", default=30, least=5, most=12 * 60)
SESSION_HOURS = number("SOPDESK_SESSION_HOURS", default=12, least=1, most=24)
SESSION_COOKIE_AGE = SESSION_HOURS * 60 * 60
if SESSION_IDLE_MINUTES > SESSION_HOURS * 60:
    raise ImproperlyConfigured("SOPDESK_IDLE_MINUTES must not be longer than SOPDESK_SESSION_HOURS.")

# Wrong passwords: so many per account in so many minutes, and so many per address in one minute.
SIGN_IN_PER_ACCOUNT, SIGN_IN_WINDOW_MINUTES = 10, 15
SIGN_IN_PER_ADDRESS = 30

# Who must show a second factor: "administrator" and role keys; "none" asks nobody. A demo asks nobody unless told to.
TOTP_REQUIRED = frozenset(
    words("SOPDESK_TOTP_REQUIRED", default=["none"] if DEMO else ["administrator", "kepala_bidang_aptika"])
) - {"none"}
OTP_TOTP_ISSUER = "SOPDesk"
OTP_TOTP_SYNC = False  # a phone whose clock is wrong is told so by a wrong code, not followed
OTP_TOTP_THROTTLE_FACTOR = 0  # `tickets.throttle` counts: the same for codes of both kinds, and it ends

# What strangers may do: ask for an account, and follow a report by its code.
REGISTRATION = flag("SOPDESK_REGISTRATION", default=False)
TRACKING = flag("SOPDESK_TRACKING", default=True)


def role_labels(name):
    """What the office calls its roles, written "sub_koordinator=Ketua Tim Website;programmer=Pranata Komputer"."""
    named = {}
    for part in filter(None, (part.strip() for part in text(name).split(";"))):
        role, sign, label = (word.strip() for word in part.partition("="))
        if not sign or not role or not 1 <= len(label) <= 60:
            raise ImproperlyConfigured(f"{name} must be written role=Label;role=Label, not {part!r}.")
        named[role] = label
    return named


# Which roles there are, `workflows.roles` says; a system check finds a name that is none.
ROLE_LABELS = role_labels("SOPDESK_ROLE_LABELS")
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
MESSAGE_TAGS = {messages.ERROR: "danger"}  # Bootstrap's word


# Mail: without a server nothing is sent, and the notices stay in SOPDesk itself


def smtp(url):
    """Django's names for a mail server written as smtp://user:password@host:587?tls=1 (STARTTLS) or smtps://….

    What is wrong is said without repeating the address: it may hold a password.
    """
    try:
        server = urlsplit(url)
        port = server.port or (465 if server.scheme == "smtps" else 25)
    except ValueError:
        raise ImproperlyConfigured(
            "SOPDESK_SMTP_URL is no address. Signs such as / @ # in its password are written %2F %40 %23."
        ) from None
    if server.scheme not in ("smtp", "smtps") or not server.hostname:
        raise ImproperlyConfigured("SOPDESK_SMTP_URL must be written smtp://host:port?tls=1 or smtps://host:port.")
    options = parse_qs(server.query, keep_blank_values=True)
    starttls = options.pop("tls", ["0"])
    if options or starttls not in (["0"], ["1"]) or server.path not in ("", "/") or server.fragment:
        raise ImproperlyConfigured("SOPDESK_SMTP_URL takes nothing behind its port but ?tls=1 or ?tls=0.")
    if server.scheme == "smtps" and starttls == ["1"]:
        raise ImproperlyConfigured("SOPDESK_SMTP_URL cannot have both smtps:// and ?tls=1: choose one.")
    if PRODUCTION and server.password and server.scheme == "smtp" and starttls == ["0"]:
        raise ImproperlyConfigured("SOPDESK_SMTP_URL would send its password in clear: add ?tls=1 or use smtps://.")
    return {
        "EMAIL_HOST": server.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(server.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(server.password or ""),
        "EMAIL_USE_TLS": starttls == ["1"],
        "EMAIL_USE_SSL": server.scheme == "smtps",
    }


def site_address(name, *, default):
    """The address people reach this site at, for links in mails; without a slash at its end."""
    value = text(name) or default
    try:
        address = urlsplit(value)
        is_sound = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_sound = False
    if not is_sound or address.path not in ("", "/") or address.query or address.fragment or address.username:
        raise ImproperlyConfigured(f"{name} must be written https://host or http://host:port, not {value!r}.")
    return value.rstrip("/")


def sender(name, *, default):
    """One mail address, with or without a name in front of it."""
    value = text(name) or default
    try:
        [(_, address)] = getaddresses([value])
        validate_email(address if value.isprintable() else "")
    except (ValueError, ValidationError):
        raise ImproperlyConfigured(f"{name} must be one mail address, not {value!r}.") from None
    return value


MAIL_ENABLED = bool(text("SOPDESK_SMTP_URL"))
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if MAIL_ENABLED else 'dummy'}.EmailBackend"
EMAIL_TIMEOUT = 10  # seconds a mail server may keep a worker waiting for one answer
if MAIL_ENABLED:
    globals().update(smtp(text("SOPDESK_SMTP_URL")))

DEFAULT_FROM_EMAIL = SERVER_EMAIL = sender("SOPDESK_MAIL_FROM", default="sopdesk@localhost")
if MAIL_ENABLED and not text("SOPDESK_MAIL_FROM"):
    raise ImproperlyConfigured("SOPDESK_MAIL_FROM must name the sender when SOPDESK_SMTP_URL names a server.")
if PRODUCTION and not text("SOPDESK_SITE_URL"):
    raise ImproperlyConfigured("SOPDESK_SITE_URL must be set in production: without it links lead to this machine.")
SITE_URL = site_address("SOPDESK_SITE_URL", default=f"http://{ANSWERS_AT}:{PORT}")


# Single sign-on (OpenID Connect), where an office has it


def issuer(name):
    """The address of an OpenID provider, exactly as it names itself; empty for none."""
    value = text(name)
    try:
        address = urlsplit(value)
        is_sound = address.scheme in ("http", "https") and bool(address.hostname) and address.port != 0
    except ValueError:
        is_sound = False
    if value and (not is_sound or address.query or address.fragment or address.username):
        raise ImproperlyConfigured(f"{name} must be the address of an OpenID provider, such as https://sso.example.")
    if value and PRODUCTION and address.scheme != "https":
        raise ImproperlyConfigured(f"{name} must begin with https:// in production: by it people are let in.")
    return value


OIDC_ISSUER = issuer("SOPDESK_OIDC_ISSUER")
OIDC_CLIENT_ID, OIDC_CLIENT_SECRET = text("SOPDESK_OIDC_CLIENT_ID"), text("SOPDESK_OIDC_CLIENT_SECRET")
OIDC_LABEL = text("SOPDESK_OIDC_LABEL") or "Masuk dengan SSO"
if len({bool(value) for value in (OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET)}) == 2:
    raise ImproperlyConfigured(
        "SOPDESK_OIDC_ISSUER, SOPDESK_OIDC_CLIENT_ID and SOPDESK_OIDC_CLIENT_SECRET belong together: set all or none."
    )


# The browser: nosniff, Referrer-Policy, X-Frame-Options DENY and COOP are Django's defaults.

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "blob:", "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "object-src": [NONE],
    },
}

DEVICE_COOKIE_NAME = "device"  # see `tickets.devices`
if flag("SOPDESK_HTTPS", default=PRODUCTION):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)/?$"]  # asked over plain http from inside, and telling nothing
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"

BEHIND_PROXY = flag("SOPDESK_BEHIND_PROXY", default=False)
if BEHIND_PROXY:  # only a proxy that always sets these headers itself may be trusted; see also `tickets.requests`
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")


# Language and time

LANGUAGE_CODE = "id"
LANGUAGES = [("id", "Bahasa Indonesia")]
TIME_ZONE = "Asia/Jakarta"
USE_TZ = True


# The workers: a broker inside their own process, or Redis when REDIS_URL names one. The web never waits for either, and
# nothing lives in the broker that the database does not know: a message is only a poke to look there.

CELERY_BROKER_URL = REDIS_URL or "memory://localhost/"
CELERY_BROKER_TRANSPORT = "sopdesk.broker:Transport" if REDIS_URL else "memory"
CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED} if REDIS_URL.startswith("rediss://") else None
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {
        "visibility_timeout": 60 * 60,  # seconds until a message of a killed worker is given to another
        "socket_connect_timeout": 5,
        "socket_timeout": 10,
        "socket_keepalive": True,
        "health_check_interval": 10,
    }
    if REDIS_URL
    else {"polling_interval": 0.2}  # seconds
)
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None  # a worker waits for its broker as long as it takes
# The clock, the mail and the making of files have a queue each, so that neither a mail server that hangs nor a long
# report holds up the clock. All hang on the nameless exchange, which finds a queue by its name: bindings of a named one
# are lost when Redis is emptied.
CLOCK_QUEUE, MAIL_QUEUE, FILE_QUEUE = "celery", "surel", "berkas"
CELERY_TASK_DEFAULT_QUEUE = CLOCK_QUEUE
CELERY_TASK_DEFAULT_EXCHANGE = ""
CELERY_TASK_QUEUES = [Queue(name, Exchange(""), routing_key=name) for name in (CLOCK_QUEUE, MAIL_QUEUE, FILE_QUEUE)]
CELERY_TASK_CREATE_MISSING_QUEUES = False
CELERY_TASK_ROUTES = {
    "tickets.tasks.deliver": {"queue": MAIL_QUEUE},
    "tickets.tasks.make_papers": {"queue": FILE_QUEUE},
    "tickets.tasks.make_exports": {"queue": FILE_QUEUE},
    "tickets.tasks.retain": {"queue": FILE_QUEUE},
}
CELERY_TASK_SERIALIZER = CELERY_EVENT_SERIALIZER = CELERY_RESULT_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 4 * 60
CELERY_TASK_TIME_LIMIT = 5 * 60
CELERY_WORKER_CONCURRENCY = WORKER_TASKS
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False  # what is in hand may finish: it may run twice
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 20  # seconds
CELERY_WORKER_ENABLE_REMOTE_CONTROL = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TIMEZONE = TIME_ZONE
CELERY_BEAT_SCHEDULER = "tickets.beat:Scheduler"
# On disk, so that a machine that was off at night catches up in the morning.
CELERY_BEAT_SCHEDULE_FILENAME = str(DATA / "beat")
# A poke that nobody heard in time is worth nothing, and after an outage there is no pile of them. Its life is a few
# intervals long, since the clocks of two machines differ a little.
CELERY_BEAT_SCHEDULE = {
    "sweep": {
        "task": "tickets.tasks.sweep",
        "schedule": SWEEP_EVERY,
        "options": {"expires": 60},
    },
    "deliver": {
        "task": "tickets.tasks.deliver",
        "schedule": 5,  # seconds
        "options": {"expires": 30},
    },
    "make-papers": {
        "task": "tickets.tasks.make_papers",
        "schedule": 10,  # seconds
        "options": {"expires": 60},
    },
    "make-exports": {
        "task": "tickets.tasks.make_exports",
        "schedule": 5,  # seconds
        "options": {"expires": 30},
    },
    "remove-expired-exports": {
        "task": "tickets.tasks.remove_expired_exports",
        "schedule": crontab(minute=45),
        "options": {"expires": 60 * 60},
    },
    "order-monthly-report": {
        "task": "tickets.tasks.order_monthly_report",
        "schedule": 60,  # seconds
        "options": {"expires": 5 * 60},
    },
    "remove-abandoned-uploads": {
        "task": "tickets.tasks.remove_abandoned_uploads",
        "schedule": crontab(minute=15),
        "options": {"expires": 60 * 60},
    },
    "finish-restore": {
        "task": "tickets.tasks.finish_restore",
        "schedule": 60,  # seconds
        "options": {"expires": 60},
    },
    "retain": {
        "task": "tickets.tasks.retain",
        "schedule": crontab(hour=2, minute=0),
        "options": {"expires": 60 * 60},
    },
    "tidy-access": {
        "task": "tickets.tasks.tidy_access",
        "schedule": crontab(hour=2, minute=0),
        "options": {"expires": 60 * 60},
    },
    "log-history-head": {
        "task": "tickets.tasks.log_history_head",
        "schedule": crontab(hour=1, minute=0),
        "options": {"expires": 60 * 60},
    },
}


# Logs: see sopdesk/logs.py

LOG_FORMAT = text("SOPDESK_LOG") or "plain"
if LOG_FORMAT not in ("plain", "json"):
    raise ImproperlyConfigured(f"SOPDESK_LOG must be plain or json, not {LOG_FORMAT!r}.")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"request": {"()": "sopdesk.logs.KnowsItsRequest"}, "values": {"()": "sopdesk.logs.TellsNoValues"}},
    "formatters": {
        "plain": {
            "()": "sopdesk.logs.Line",
            "fmt": "{asctime} {levelname} {name} [{request_id}]: {message}",
            "style": "{",
        },
        "json": {"()": "sopdesk.logs.JsonLine"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": LOG_FORMAT, "filters": ["request", "values"]}
    },
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        # What was asked for and not found, or refused, stands in the line of its request: an address may be a secret.
        "django.request": {"level": "ERROR"},
        "django.security": {"level": "ERROR"},
        "sopdesk": {"level": "INFO"},
        # A line for every request is for machines: the terminal of an embedded install is for people.
        "sopdesk.request": {"level": "INFO" if LOG_FORMAT == "json" else "WARNING"},
    },
}

# Prometheus: without a token there is no /metrics.
METRICS_TOKEN = text("SOPDESK_METRICS_TOKEN")
if METRICS_TOKEN and len(METRICS_TOKEN) < 20:
    raise ImproperlyConfigured("SOPDESK_METRICS_TOKEN is shorter than 20 characters.")
