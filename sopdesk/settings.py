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
    "js_lib_bootstrap5",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
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
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": path,
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON",
        },
    }


def postgresql(url):
    """A server of its own, reached through one pool per process."""
    if not url.startswith(("postgres://", "postgresql://")):
        raise ImproperlyConfigured("DATABASE_URL must begin with postgresql:// (leave it out for SQLite).")
    database = dj_database_url.parse(url, conn_max_age=0, conn_health_checks=True)
    database["OPTIONS"] = {"connect_timeout": 5, "tcp_user_timeout": 15_000} | database.get("OPTIONS", {})
    if not TESTING:  # there every thread opens its own connection, so that races are real
        database["OPTIONS"]["pool"] = {"min_size": 1, "max_size": POOL_SIZE, "timeout": 5}
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
LOGIN_REDIRECT_URL = "beranda"
LOGOUT_REDIRECT_URL = "masuk"

AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
if TESTING:  # a real hash costs a second of processor time, and the tests sign in often
    PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

SESSION_COOKIE_AGE = 12 * 60 * 60
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
if PRODUCTION and MAIL_ENABLED and not text("SOPDESK_SITE_URL"):
    raise ImproperlyConfigured("SOPDESK_SITE_URL must be set in production: without it mails link to this machine.")
SITE_URL = site_address("SOPDESK_SITE_URL", default=f"http://{ANSWERS_AT}:{PORT}")


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

if flag("SOPDESK_HTTPS", default=PRODUCTION):
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)/?$"]  # asked over plain http from inside, and telling nothing
    SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME = "__Host-sessionid"
    CSRF_COOKIE_NAME = "__Host-csrftoken"

if flag("SOPDESK_BEHIND_PROXY", default=False):  # only a proxy that always sets this header itself may be trusted
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
    "log-history-head": {
        "task": "tickets.tasks.log_history_head",
        "schedule": crontab(hour=1, minute=0),
        "options": {"expires": 60 * 60},
    },
}


# Logs: plain lines, never the text of a ticket

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "sopdesk": {"level": "INFO"},
    },
}
