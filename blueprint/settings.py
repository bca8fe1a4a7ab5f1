"""One settings module; what differs between places comes from the environment (see docs/deploy.md)."""

import os
import secrets
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote, urlsplit

import environ
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

BASE_DIR = Path(__file__).resolve().parent.parent
env = environ.Env()

VAR_DIR = Path(env.str("VAR_DIR", default=str(BASE_DIR / "var")))
VAR_DIR.mkdir(mode=0o700, exist_ok=True)


def kept_secret() -> str:
    """A key made once and kept beside the embedded database, for machines that name none."""
    path = VAR_DIR / "secret-key"
    if not path.exists():
        made = VAR_DIR / f"secret-key.{os.getpid()}"
        made.touch(mode=0o600)
        made.write_text(secrets.token_urlsafe(64))
        # The first of several processes wins, and none reads half a key.
        with suppress(FileExistsError):
            os.link(made, path)
        made.unlink()
    return path.read_text()


def from_environment(kind: str, name: str, default, form: str):
    """A value that cannot be read stops the start with the variable's name (its value may be a secret)."""
    try:
        return getattr(env, kind)(name, default=default)
    except Exception:
        raise ImproperlyConfigured(f"{name} in the environment should look like {form}.") from None


def switch(name: str) -> bool:
    value = env.str(name, default="0").lower()
    if value not in ("", "0", "false", "no", "off", *env.BOOLEAN_TRUE_STRINGS):
        raise ImproperlyConfigured(f"{name} in the environment should be 1 or 0.")
    return value in env.BOOLEAN_TRUE_STRINGS


def site_url() -> str:
    try:
        parts = urlsplit(env.str("SITE_URL", default="http://127.0.0.1:8000").rstrip("/"))
        sound = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        sound = False
    if not sound or parts.path or parts.query:
        raise ImproperlyConfigured("SITE_URL in the environment should look like https://blueprint.example.")
    return parts.geturl()


def secret_key() -> str:
    """In production the key is named: one that each machine makes for itself would sign people out at random."""
    key = env.str("SECRET_KEY", default="")
    if SECURE and not key:
        raise ImproperlyConfigured(
            "SECRET_KEY is missing from the environment, which a site on https needs. Make one with: "
            "python3 -c 'import secrets; print(secrets.token_urlsafe(64))'"
        )
    return key or kept_secret()


def database(name: str) -> dict:
    form = "postgres://user:password@host:5432/name or sqlite:////path/to/file"
    read = from_environment("db_url", name, f"sqlite:///{VAR_DIR / 'db.sqlite3'}", form)
    if read.get("ENGINE", "").rpartition(".")[2] not in ("sqlite3", "postgresql") or not read["NAME"]:
        raise ImproperlyConfigured(f"{name} in the environment should look like {form}.")
    return read


def public_database(default: dict) -> dict:
    """The connection that public addresses read through: a role of its own, or at least one that cannot write."""
    if default["ENGINE"].endswith("sqlite3"):
        if env.str("PUBLIC_DATABASE_URL", default=""):
            raise ImproperlyConfigured("PUBLIC_DATABASE_URL is for PostgreSQL; DATABASE_URL names SQLite.")
        # Not IMMEDIATE: it never waits for a writer. What it may read is settled in public_reads.py.
        return default | {
            "NAME": f"file:{quote(default['NAME'])}?mode=ro",
            "OPTIONS": {"timeout": 20},
            "CONN_MAX_AGE": 60,
        }
    named = database("PUBLIC_DATABASE_URL") if env.str("PUBLIC_DATABASE_URL", default="") else default
    read_only = f"{named.get('OPTIONS', {}).get('options', '')} -c default_transaction_read_only=on"
    return default | named | {"OPTIONS": named.get("OPTIONS", {}) | {"options": read_only.strip()}}


def cache_url() -> str:
    address = env.str("CACHE_URL", default="")
    try:
        parts = urlsplit(address)
        sound = not address or (parts.scheme in ("redis", "rediss") and parts.hostname and parts.port != 0)
    except ValueError:
        sound = False
    if not sound:
        raise ImproperlyConfigured(
            "CACHE_URL in the environment should look like redis://:password@host:6379/0."
        )
    return address


DEBUG = switch("DEBUG")
SITE_URL = site_url()
SITE_HOST = urlsplit(SITE_URL).hostname
SECURE = SITE_URL.startswith("https://")
SECRET_KEY = secret_key()
ALLOWED_HOSTS = [
    SITE_HOST,
    *env.list("ALLOWED_HOSTS", default=[] if SECURE else ["localhost", "127.0.0.1"]),
]
CSRF_TRUSTED_ORIGINS = [SITE_URL]
# The sheets that offices brought, kept for ninety days (see indicators/sheets/keeping.py).
SHEETS_DIR = env.str("SHEETS_DIR", default=str(VAR_DIR / "sheets"))
# Signs the checkpoints of the ledger; made by `prepare`, or in production by `rotate_ledger_key`.
LEDGER_KEY_FILE = env.str("LEDGER_KEY_FILE", default=str(VAR_DIR / "ledger-key"))
# Where pictures for link previews look for fonts.
FONT_DIRS = env.list("FONT_DIRS", default=["/usr/share/fonts", "/usr/local/share/fonts"])
# Accounts with random passwords and example reviews exist only where this is set.
DEMO = switch("DEMO")

INSTALLED_APPS = [
    "blueprint",
    "strategies",
    "indicators",
    "committee",
    "allauth",
    "allauth.account",
    "csp",
    "django_filters",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.sitemaps",
    "django.contrib.staticfiles",
]

MIDDLEWARE = [
    "blueprint.public_reads.PublicReadsMiddleware",
    "blueprint.middleware.SecurityHeaders",
    "csp.middleware.CSPMiddleware",
    "django_permissions_policy.PermissionsPolicyMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "blueprint.middleware.CookieBorder",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.middleware.gzip.GZipMiddleware",
    "blueprint.uploads.BoundedRequests",
    "blueprint.middleware.NoNul",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "blueprint.middleware.LanguageOfSignIn",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "blueprint.holding.KeepWhatWasTyped",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "blueprint.middleware.SessionLimits",
    "blueprint.middleware.PlainAnswers",
]

ROOT_URLCONF = "blueprint.urls"
WSGI_APPLICATION = "blueprint.wsgi.application"

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
                "blueprint.frame.frame",
            ],
            "builtins": [
                "blueprint.templatetags.ui",
                "indicators.templatetags.figures",
                "django.templatetags.i18n",
            ],
        },
    },
]

DATABASES = {"default": database("DATABASE_URL")}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": (
            "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; PRAGMA foreign_keys=ON; PRAGMA recursive_triggers=ON;"
        ),
    }
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 60
    DATABASES["default"]["CONN_HEALTH_CHECKS"] = True
DATABASES["public"] = public_database(DATABASES["default"])
DATABASE_ROUTERS = ["blueprint.public_reads.Router"]
# Tests whose rows are never committed can be read through one connection only, and say "default" here.
PUBLIC_ALIAS = "public"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Limits of sign-in must be one for all processes and survive a restart, hence the database.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "blueprint_cache",
        # Django's own 300 would push out one limit by filling another.
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    },
}

# What one network address may ask of the API in a minute, beside what is kept; 0 is no limit.
API_REQUESTS_A_MINUTE = from_environment("int", "API_REQUESTS_A_MINUTE", 300, "300")

# Public pages are kept by each process, and here as well if there is one for all (see blueprint/pages.py).
CACHE_URL = cache_url()
# Of each process: deploy/gunicorn.py says how many it has.
THREADS = from_environment("int", "THREADS", 4, "4")

AUTH_USER_MODEL = "blueprint.User"
AUTHENTICATION_BACKENDS = [
    "blueprint.accounts.PasswordBackend",
    "blueprint.permissions.RoleBackend",
]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "blueprint.accounts.ClosedAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
# Mail goes to the address an account has now; allauth's token would note it in a table of its own, where an
# address of the past still opened the account.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"
PASSWORD_RESET_TIMEOUT = 60 * 60
# "key" is an account from one address in login_failed, an account from anywhere in the others.
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/5m/key",
    "login_failed_everywhere": "30/h/key",
    "reset_password": "10/m/ip,3/h/key",
}
# How many proxies of ours stand before this process: what they write into X-Forwarded-For counts, no more.
ALLAUTH_TRUSTED_PROXY_COUNT = from_environment("int", "TRUSTED_PROXIES", 0, "1")

EMAIL_CONFIG = from_environment(
    "email_url", "EMAIL_URL", "consolemail://", "smtp+tls://user:password@host:587"
)
vars().update(EMAIL_CONFIG)
EMAIL_TIMEOUT = 10
# A demonstration sends nothing: it keeps its mails and shows them (blueprint/demo_mails.py).
KEEPS_MAILS = DEMO and not env.str("EMAIL_URL", default="")
if KEEPS_MAILS:
    EMAIL_BACKEND = "blueprint.demo_mails.KeepingBackend"
# So long the first of several notices that are told at once waits for the others.
MAIL_GATHERED_SECONDS = from_environment("int", "MAIL_GATHERED_SECONDS", 10 if KEEPS_MAILS else 180, "180")
DEFAULT_FROM_EMAIL = env.str("MAIL_FROM", default=f"noreply@{SITE_HOST}")
# Whom readers write to beside the form for errors, and where weaknesses are told of: said only where somebody reads it.
CONTACT_EMAIL = env.str("CONTACT_EMAIL", default="")
SECURITY_CONTACT = env.str("SECURITY_CONTACT", default="")

LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hant", "繁體中文"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "blueprint" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Hong_Kong"

STATIC_URL = "/static/"
STATIC_ROOT = VAR_DIR / "static"
WHITENOISE_ALLOW_ALL_ORIGINS = False
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    # Files sent with figures. Another storage than a folder must have them whole when it says that they are saved.
    "evidence": {
        "BACKEND": "indicators.evidence.storing.Folder",
        "OPTIONS": {"location": env.str("EVIDENCE_DIR", default=str(VAR_DIR / "evidence"))},
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if DEBUG
        else "whitenoise.storage.CompressedManifestStaticFilesStorage"
    },
}

# Cookies exist for signed-in people only; over https they carry the __Host- prefix.
COOKIE_PREFIX = "__Host-" if SECURE else ""
SESSION_COOKIE_NAME = COOKIE_PREFIX + "session"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# A session ends after twelve hours in any case, and after half an hour without a request.
SESSION_COOKIE_AGE = 60 * from_environment("int", "SESSION_MINUTES", 12 * 60, "720")
SESSION_IDLE_AGE = 60 * from_environment("int", "SESSION_IDLE_MINUTES", 30, "30")
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
CSRF_COOKIE_NAME = COOKIE_PREFIX + "csrf"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_AGE = None
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
CSRF_FAILURE_VIEW = "blueprint.holding.csrf_failure"
SECURE_SSL_REDIRECT = SECURE
SECURE_REDIRECT_EXEMPT = ["^livez$", "^readyz$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if ALLAUTH_TRUSTED_PROXY_COUNT else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE
SECURE_HSTS_PRELOAD = SECURE
SECURE_REFERRER_POLICY = "strict-origin-when-cross-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    },
}
PERMISSIONS_POLICY: dict[str, list[str]] = {
    name: [] for name in ("camera", "geolocation", "microphone", "payment", "usb", "browsing-topics")
}
# Files sent with a figure: of each its bytes, of a figure their number, of a request all of it.
EVIDENCE_LARGEST = 1024 * 1024 * from_environment("int", "EVIDENCE_MEGABYTES", 10, "10")
EVIDENCE_MOST = 10
UPLOAD_LARGEST = 25 * 1024 * 1024 + EVIDENCE_LARGEST
# What looks through them, such as clamdscan --no-summary -: it reads a file and ends with 0 (clean) or 1 (infected).
SCAN_COMMAND = env.str("SCAN_COMMAND", default="")
SCAN_SECONDS = from_environment("int", "SCAN_SECONDS", 60, "60")
FILE_UPLOAD_HANDLERS = [
    "blueprint.uploads.Bounded",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
DATA_UPLOAD_MAX_NUMBER_FILES = 20
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 500

SILENCED_SYSTEM_CHECKS: list[str] = []
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": "WARNING"},
    # One line for each answer: method, path, status, where it came from, request id.
    "loggers": {"blueprint.pages": {"level": "INFO" if switch("LOG_PAGES") else "WARNING"}},
}

# The first page of the site in the words of its own team; the plan's own words are data.
SITE_NAME = _("Blueprint progress")
# Neither the framework of the API nor its describer is an installed app: both are used for what they do in Python,
# and their own pages, scripts and style sheets stay away.
REST_FRAMEWORK = {"UNAUTHENTICATED_USER": None, "UNAUTHENTICATED_TOKEN": None, "URL_FORMAT_OVERRIDE": None}
SPECTACULAR_SETTINGS = {
    "OAS_VERSION": "3.1.0",
    "TITLE": "Blueprint progress: the read API",
    "DESCRIPTION": (
        "Everything that the site shows, for programs. Only reading, no key. Figures are strings with the digits "
        "that were published; texts stand in three languages."
    ),
    "VERSION": "1",
    "SERVERS": [{"url": SITE_URL}],
    "ENUM_GENERATE_CHOICE_DESCRIPTION": False,
    "SORT_OPERATION_PARAMETERS": False,
    "POSTPROCESSING_HOOKS": [],
}
# On what terms the compilation may be used; what that covers is said in docs/decisions/0011-open-data.md.
DATA_LICENCE = {"name": "CC BY 4.0", "url": "https://creativecommons.org/licenses/by/4.0/"}
