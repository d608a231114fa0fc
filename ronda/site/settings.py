"""Settings of an installation. Everything a firm may change comes from the environment or from `var/`."""

import os
import secrets
from pathlib import Path
from typing import Any

BASE_DIR = Path(__file__).resolve().parent.parent.parent
VAR = Path(os.environ.get("RONDA_VAR", BASE_DIR / "var"))
DEBUG = os.environ.get("RONDA_DEBUG", "") == "1"


def _secret_key() -> str:
    """The key given by the environment, else one made at the first start and kept in `var/`."""
    if given := os.environ.get("RONDA_SECRET_KEY"):
        return given
    kept = VAR / "secret_key"
    VAR.mkdir(parents=True, exist_ok=True)
    try:
        with os.fdopen(os.open(kept, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "w") as out:
            out.write(secrets.token_urlsafe(50))
    except FileExistsError:
        pass
    return kept.read_text().strip() or secrets.token_urlsafe(50)


SECRET_KEY = _secret_key()
ALLOWED_HOSTS = os.environ.get("RONDA_HOSTS", "127.0.0.1,localhost,[::1],testserver").split(",")
CSRF_TRUSTED_ORIGINS = [o for o in os.environ.get("RONDA_ORIGINS", "").split(",") if o]

INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.forms",
    "django_htmx",
    "django_tasks",
    "rest_framework",
    "drf_spectacular",
    "csp",
    "ronda.workspace",
    "ronda.company",
    "ronda.customfields",
    "ronda.accounts",
    # Below our apps, whose templates come first.
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "ronda.parties",
    "ronda.catalogue",
    "ronda.billing",
    "ronda.payments",
    "ronda.accounting",
    "ronda.purchases",
    "ronda.packages",
    "ronda.contracts",
    "ronda.renewals",
    "ronda.quotes",
    "ronda.agents",
    "ronda.analysis",
    "ronda.privacy",
    "ronda.api",
    "ronda.reports",
    "ronda.einvoices",
    "ronda.countries.it",
    "ronda.countries.fr",
    "ronda.operations",
    "ronda.site",
]

MIDDLEWARE = [
    "ronda.operations.logs.RequestNumbers",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ronda.api.middleware.BearerTokens",
    "ronda.company.middleware.CurrentCompany",
    "ronda.operations.logs.WhoActs",
    "allauth.account.middleware.AccountMiddleware",
    "ronda.accounts.middleware.PasswordChangeFirst",
    "ronda.accounts.middleware.SecondFactorFirst",
    "ronda.api.middleware.RepeatedWrites",
]

ROOT_URLCONF = "ronda.site.urls"
WSGI_APPLICATION = "ronda.site.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "ronda.workspace.context.shell",
            ],
        },
    }
]

SQLITE_PRAGMAS = (
    "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA busy_timeout=20000;PRAGMA cache_size=-32000;"
    "PRAGMA mmap_size=134217728;PRAGMA temp_store=MEMORY;PRAGMA journal_size_limit=67108864;"
)


def _sqlite(name: str) -> dict[str, Any]:
    return {
        "ENGINE": "ronda.site.sqlite",
        "NAME": name,
        "OPTIONS": {"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": SQLITE_PRAGMAS},
    }


def _postgres_given() -> tuple[dict[str, str], dict[str, Any]]:
    """RONDA_DATABASE_URL (postgresql://…), or RONDA_PG_* (host, port, name, user, password); and the rest."""
    keys = {"HOST": "host", "PORT": "port", "NAME": "dbname", "USER": "user", "PASSWORD": "password"}
    if not (url := os.environ.get("RONDA_DATABASE_URL", "")):
        return {key: os.environ.get(f"RONDA_PG_{key}", "") for key in keys}, {}
    from psycopg.conninfo import conninfo_to_dict  # noqa: PLC0415 -- an extra

    found: dict[str, Any] = dict(conninfo_to_dict(url))
    given = {key: str(found.pop(name, "") or "") for key, name in keys.items()}
    return given, found


def _postgres() -> dict[str, Any]:
    """A PostgreSQL database at the address given."""
    given, options = _postgres_given()
    if os.environ.get("RONDA_PG_POOL"):
        options["pool"] = {"min_size": 1, "max_size": 8}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **given,
        "OPTIONS": options,
    }


DATABASES = {
    "default": _postgres()
    if os.environ.get("RONDA_DATABASE_URL") or os.environ.get("RONDA_PG_NAME")
    else _sqlite(os.environ.get("RONDA_DB", str(VAR / "ronda.sqlite3")))
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "company.User"
AUTHENTICATION_BACKENDS = ["ronda.accounts.auth.AccountBackend"]
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "ronda.accounts.validators.LongWithDigitOrSign"},
    {"NAME": "ronda.accounts.validators.NotLikeTheName"},
    {"NAME": "ronda.accounts.validators.DifferentFromTheLast"},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "login"
SESSION_COOKIE_NAME = "ronda_session"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 60 * 60 * 12
# The browser's own scripts send the token back in a header, read from this cookie.
CSRF_COOKIE_HTTPONLY = False
HTTPS = os.environ.get("RONDA_HTTPS", "") == "1"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
# Signing in: no sign-up, no mail of the library; wrong attempts are counted in the database.
ACCOUNT_ADAPTER = "ronda.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False
MFA_ADAPTER = "ronda.accounts.adapter.FactorAdapter"
MFA_FORMS = {
    "authenticate": "ronda.accounts.forms.CodeForm",
    "reauthenticate": "ronda.accounts.forms.CodeAgainForm",
    "add_webauthn": "ronda.accounts.forms.NewPasskeyForm",
    "authenticate_webauthn": "ronda.accounts.forms.PasskeyForm",
    "login_webauthn": "ronda.accounts.forms.PasskeySignInForm",
    "reauthenticate_webauthn": "ronda.accounts.forms.PasskeyAgainForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
# Without HTTPS browsers know passkeys on this computer only (localhost), where the origin is http.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS
MFA_ALLOW_UNVERIFIED_EMAIL = True
MFA_RATE_LIMITS = False
MFA_TOTP_ISSUER = "Ronda"
MFA_TOTP_TOLERANCE = 1
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
CSRF_FAILURE_VIEW = "ronda.workspace.errors.csrf_failure"

CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'"],
        "img-src": ["'self'", "data:", "blob:"],
        "worker-src": ["'self'"],
        "object-src": ["'none'"],
        "frame-src": ["'self'"],
        "frame-ancestors": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'self'"],
    }
}

LANGUAGE_CODE = "en"
LANGUAGES = [("it", "Italiano"), ("fr", "Français"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "ronda" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Rome"
# Amounts are grouped by the template filters; a key in an address must never be ("1,234").
USE_THOUSAND_SEPARATOR = False
FORMAT_MODULE_PATH = "ronda.workspace.formats"

STATIC_URL = "static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "ronda" / "static"]
# The folder is there from the first start on: the web server complains of one that is not.
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
WHITENOISE_USE_FINDERS = True
# Built files carry a hash of their content in their names and may be kept for good.
WHITENOISE_IMMUTABLE_FILE_TEST = r"^.+-[0-9A-Z]{8}\.\w+$"
WHITENOISE_AUTOREFRESH = DEBUG
# Where files are kept: a folder, or s3://KEY:SECRET@HOST/BUCKET (ronda/company/s3_store.py).
FILES = os.environ.get("RONDA_FILES", "")
MEDIA_ROOT = VAR / "files" if not FILES or FILES.startswith("s3://") else Path(FILES)
MEDIA_URL = "media/"
# Where the channel "folder" leaves e-invoices and looks for receipts: a folder for each company below it.
EINVOICES_ROOT = Path(os.environ.get("RONDA_EINVOICES", VAR / "einvoices"))
STORAGES = {
    "default": {"BACKEND": "ronda.company.s3_store.S3Store", "OPTIONS": {"address": FILES}}
    if FILES.startswith("s3://")
    else {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
DATA_UPLOAD_MAX_MEMORY_SIZE = 10 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 120_000
# A whole folder of past invoices is sent at once; its files go straight to disk.
DATA_UPLOAD_MAX_NUMBER_FILES = 25_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

EMAIL_BACKEND = (
    "ronda.company.mailbox.SmtpMailbox"
    if os.environ.get("RONDA_SMTP_HOST")
    else "ronda.company.mailbox.FileMailbox"
)
EMAIL_FILE_PATH = VAR / "mail"
EMAIL_HOST = os.environ.get("RONDA_SMTP_HOST", "localhost")
EMAIL_PORT = int(os.environ.get("RONDA_SMTP_PORT", "25"))
EMAIL_HOST_USER = os.environ.get("RONDA_SMTP_USER", "")
EMAIL_HOST_PASSWORD = os.environ.get("RONDA_SMTP_PASSWORD", "")
EMAIL_USE_TLS = os.environ.get("RONDA_SMTP_TLS", "") == "1"
EMAIL_TIMEOUT = 30
DEFAULT_FROM_EMAIL = os.environ.get("RONDA_FROM", "ronda@localhost")

TASKS = {"default": {"BACKEND": "ronda.company.jobs.backend.LeasedBackend"}}
RONDA_JOB_LEASE = int(os.environ.get("RONDA_JOB_LEASE", "15"))

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "ronda.api.authentication.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ronda.workspace.rest.answer",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ronda",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    # Choices stay where they are used: named enums clash as soon as two models share a set.
    "POSTPROCESSING_HOOKS": ["ronda.api.schema.complete"],
    "DESCRIPTION": "Every screen's operation, for programs. Refusals answer 409 with a stable code.",
}

# A level, as WARNING; or "json" for lines that programs read, from RONDA_LOG_LEVEL on.
LOG = os.environ.get("RONDA_LOG", "WARNING")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"},
        "json": {"()": "ronda.operations.logs.JsonLines"},
    },
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "json" if LOG == "json" else "line"}
    },
    "root": {
        "handlers": ["console"],
        "level": os.environ.get("RONDA_LOG_LEVEL", "INFO") if LOG == "json" else LOG,
    },
}
SILENCED_SYSTEM_CHECKS: list[str] = []
