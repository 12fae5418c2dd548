"""The one settings file. What differs between installations comes from the environment.

With `DATABASE_URL` unset the installation is *embedded*: SQLite, a queue of files, and mail that
stays in a local outbox, all below `var/`. With it set the installation is a server, which refuses
to start without a `SECRET_KEY` and an `EMAIL_URL`.
"""

import re
import secrets
import sys
from pathlib import Path
from typing import Any

import environ
import structlog
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured

from recruiting.lib.storages import HalfSet, store_of

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

_database_url = env.str("DATABASE_URL", default="")
EMBEDDED = not _database_url
DEBUG = env.bool("DEBUG", default=False)
VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
if EMBEDDED:
    VAR_DIR.mkdir(mode=0o700, parents=True, exist_ok=True)


def _kept_secret() -> str:
    """The embedded installation's secret key: made once, kept under `var/`."""
    path = VAR_DIR / "secret_key"
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(50))
    return path.read_text()


SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY:
    if not EMBEDDED:
        raise ImproperlyConfigured("Set SECRET_KEY: a server does not run on a made-up one.")
    SECRET_KEY = _kept_secret()

PORT = env.int("PORT", default=8000)
SITE_URL = env.str("SITE_URL", default=f"http://127.0.0.1:{PORT}").rstrip("/")
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=["127.0.0.1", "localhost", "[::1]"])
CSRF_TRUSTED_ORIGINS = [SITE_URL]

# --- Apps, middleware, templates -----------------------------------------------------------

INSTALLED_APPS = [
    "recruiting.dashboards",
    "status_updates",
    "recruiting.approvals",
    "intake",
    "requisitions",
    "recruiting.accounts",
    "recruiting.mailing",
    "recruiting.audit",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_htmx",
    "lucide",
    "template_partials",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "recruiting.accounts.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "recruiting.accounts.middleware.ReaderZoneMiddleware",
]

ROOT_URLCONF = "recruiting.urls"
WSGI_APPLICATION = "recruiting.wsgi.application"

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
            ],
        },
    },
]

FORM_RENDERER = "recruiting.lib.fields.ShownSafely"

# --- Database, cache, queue ----------------------------------------------------------------

DATABASES: dict[str, dict[str, Any]] = {
    "default": env.db_url_config(_database_url or f"sqlite:///{VAR_DIR / 'same-page.sqlite3'}")
}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    # Writers queue instead of failing: the write lock is taken at BEGIN, readers go on (WAL).
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
    }
else:
    # A new connection per request made pages four times slower (docs/benchmarks.md).
    DATABASES["default"]["CONN_MAX_AGE"] = 600
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Rate limits of the sign-in live in the database, so that sign-in works while Redis is down.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache_entries",
        # Past this number entries are dropped, and with them what a limit has counted.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = 60 * 60 * 24 * 30

REDIS_URL = env.str("REDIS_URL", default="")
CELERY_BROKER_URL = REDIS_URL or "filesystem://localhost/"
CELERY_TIMEZONE = "UTC"
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
# Nobody keeps a task in hand while another worker is free for it.
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BEAT_SCHEDULE_FILENAME = str(VAR_DIR / "celerybeat-schedule")
CELERY_BEAT_SCHEDULE = {
    # Beat only wakes the sweeper. What is due, the sweeper finds in the database.
    # A tick that no worker took before the next one is dropped, so that they do not pile up.
    "sweep-mail": {
        "task": "recruiting.mailing.tasks.sweep",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "sweep-resumes": {
        "task": "recruiting.approvals.tasks.sweep",
        "schedule": 60.0,
        "options": {"expires": 55},
    },
    "tidy-files": {
        "task": "recruiting.approvals.tasks.tidy",
        "schedule": 3600.0,
        "options": {"expires": 3500},
    },
}
if REDIS_URL:
    # A save must not hang on a broker that is away: fail fast, the sweeper finds the work.
    # What a worker has taken, Redis forgets: the sweeper finds that too. Where Redis is to remember
    # it, a worker that is at work while Redis restarts ends with an error (kombu 5.7), and a task
    # that takes long is handed out twice.
    CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
        "max_retries": 0,
        "socket_connect_timeout": 1,
        "socket_timeout": 5,
        "ack_emulation": False,
    }
    CELERY_TASK_PUBLISH_RETRY = False
else:
    _queue = VAR_DIR / "queue"
    if EMBEDDED:
        for _name in ("messages", "control"):
            (_queue / _name).mkdir(parents=True, exist_ok=True)
    CELERY_BROKER_TRANSPORT_OPTIONS = {
        "data_folder_in": str(_queue / "messages"),
        "data_folder_out": str(_queue / "messages"),
        "control_folder": str(_queue / "control"),
        # A worker takes no more tasks than it works on, so it looks for the next one often.
        "polling_interval": 0.1,
    }

# --- Mail ----------------------------------------------------------------------------------

OUTBOX_DIR = VAR_DIR / "outbox"
_email_url = env.str("EMAIL_URL", default="")
if _email_url:
    vars().update(env.email_url("EMAIL_URL"))
    if globals()["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        EMAIL_BACKEND = "recruiting.mailing.transport.SmtpBackend"
elif EMBEDDED:
    EMAIL_BACKEND = "recruiting.mailing.outbox.OutboxBackend"
else:
    raise ImproperlyConfigured("Set EMAIL_URL: a server has no outbox to leave its mail in.")
EMAIL_TIMEOUT = env.int("EMAIL_TIMEOUT", default=20)
EMAIL_DATA_TIMEOUT = env.int("EMAIL_DATA_TIMEOUT", default=60)
# For all workers together.
MAIL_PER_SECOND = env.float("MAIL_PER_SECOND", default=20.0)
if MAIL_PER_SECOND <= 0:
    raise ImproperlyConfigured("MAIL_PER_SECOND is above zero; to stop mail, hold it on its page.")
DEFAULT_FROM_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Same Page <same-page@localhost>")
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# A service outside that raises the alarm when nobody asks for this address any more.
HEARTBEAT_URL = env.str("HEARTBEAT_URL", default="")
if HEARTBEAT_URL and not HEARTBEAT_URL.startswith(("https://", "http://")):
    raise ImproperlyConfigured("HEARTBEAT_URL: an address begins with https:// or http://.")

# --- People --------------------------------------------------------------------------------

AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["recruiting.accounts.backends.PersonBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"

ACCOUNT_ADAPTER = "recruiting.accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = 60 * 15
ACCOUNT_LOGIN_BY_CODE_SUPPORTS_RESEND = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_FORMS = {
    name: f"recruiting.accounts.sign_in_forms.{form}"
    for name, form in {
        "login": "SignInForm",
        "request_login_code": "SignInCodeForm",
        "confirm_login_code": "ConfirmCodeForm",
        "reset_password": "PasswordResetForm",
        "reset_password_from_key": "PasswordFromKeyForm",
        "change_password": "PasswordChangeForm",
        "set_password": "PasswordSetForm",
        "reauthenticate": "ConfirmItIsYouForm",
    }.items()
}
MFA_FORMS = {
    "authenticate": "recruiting.accounts.sign_in_forms.AppCodeForm",
    "reauthenticate": "recruiting.accounts.sign_in_forms.AppCodeAgainForm",
    "activate_totp": "recruiting.accounts.sign_in_forms.AppActivationForm",
    "add_webauthn": "recruiting.accounts.sign_in_forms.KeyAdditionForm",
}
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# How many proxies stand before the web process: the rate limits count by the address they report.
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
MFA_ADAPTER = "recruiting.accounts.adapter.SecondFactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = SITE_URL.startswith("http://")
MFA_TOTP_ISSUER = "Same Page"

SOCIALACCOUNT_ADAPTER = "recruiting.accounts.adapter.SocialAccountAdapter"
SOCIALACCOUNT_ONLY = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = True
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
OIDC_SERVER_URL = env.str("OIDC_SERVER_URL", default="")
OIDC_NAME = env.str("OIDC_NAME", default="single sign-on")
SOCIALACCOUNT_PROVIDERS: dict[str, Any] = {}
if OIDC_SERVER_URL:
    SOCIALACCOUNT_PROVIDERS["openid_connect"] = {
        "OAUTH_PKCE_ENABLED": True,
        "APPS": [
            {
                "provider_id": "sso",
                "name": OIDC_NAME,
                "client_id": env.str("OIDC_CLIENT_ID"),
                "secret": env.str("OIDC_CLIENT_SECRET"),
                "settings": {"server_url": OIDC_SERVER_URL},
            }
        ],
    }

# --- Language, time, files -----------------------------------------------------------------

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = VAR_DIR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
try:
    _files = store_of(env.str("FILES_URL", default=""), VAR_DIR / "files")
except HalfSet as missing:
    raise ImproperlyConfigured(f"FILES_URL: {missing}") from None
STORAGES = {
    "default": _files,
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

FILE_UPLOAD_HANDLERS = [
    "recruiting.lib.uploads.WholeUploads",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
# Resumes are for the processes of the installation alone.
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700

# The largest form is a long note; uploads check their own limits with a kind message.
DATA_UPLOAD_MAX_MEMORY_SIZE = 3 * 1024 * 1024

# --- Security ------------------------------------------------------------------------------

_https = SITE_URL.startswith("https://")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _https
SECURE_SSL_REDIRECT = _https and env.bool("SECURE_SSL_REDIRECT", default=True)
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if _https else None
SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365 if _https else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = _https
SECURE_REFERRER_POLICY = "same-origin"
SESSION_COOKIE_HTTPONLY = True
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF, OIDC_SERVER_URL] if OIDC_SERVER_URL else [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# --- Logs ----------------------------------------------------------------------------------


def _without_tokens(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    """Signed links belong in no log; Django names the address of every request it refuses."""
    event["event"] = re.sub(
        r"(/mail/(?:unsubscribe|[\w-]+/[\w-]+/open)/)[^/\s\"']+", r"\1(token)", str(event["event"])
    )
    return event


_ROW = re.compile(r"DETAIL:.*?(?=\n\n(?:The above|During handling)|\Z)", re.DOTALL)


def _without_rows(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    """PostgreSQL tells the whole row that it refuses: what people wrote belongs in no log."""
    for name in event.keys() & {"event", "exception", "error"}:
        event[name] = _ROW.sub("DETAIL: (left out)", str(event[name]))
    return event


_processors: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_logger_name,
    structlog.stdlib.add_log_level,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.processors.StackInfoRenderer(),
    _without_tokens,
]
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {
            "()": structlog.stdlib.ProcessorFormatter,
            "foreign_pre_chain": _processors,
            "processors": [
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.format_exc_info,
                _without_rows,
                structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
                if EMBEDDED
                else structlog.processors.JSONRenderer(),
            ],
        }
    },
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": env.str("LOG_LEVEL", default="INFO")},
    "loggers": {"django.server": {"handlers": ["stderr"], "propagate": False}},
}
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        *_processors,
        structlog.stdlib.PositionalArgumentsFormatter(),
        structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)
