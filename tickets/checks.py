"""System checks of the helpdesk as it is installed."""

from django.conf import settings
from django.core.checks import Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from tickets.models import User
from workflows.roles import Role


def stop_if_unsound():
    """However the site is started, it does not serve with a fault that `check --deploy` calls an error."""
    faults = [fault.msg for fault in run_checks(include_deployment_checks=True) if fault.is_serious()]
    if faults:
        raise ImproperlyConfigured(" ".join(faults))


@register(deploy=True)
def no_demo_accounts_in_production(app_configs=None, **kwargs):
    """A production site holds no account whose password everybody knows."""
    if not settings.PRODUCTION:
        return []
    try:
        if User._meta.db_table not in connection.introspection.table_names():
            return []
        count = User.objects.filter(email__endswith=settings.DEMO_DOMAIN).count()
    except DatabaseError:  # a database that is down holds nobody's door open, and the start says so itself
        return []
    if not count:
        return []
    return [
        Error(
            f"The database holds {count} demo accounts, which must not exist in production.",
            hint="Start production with a database of its own.",
            id="tickets.E001",
        )
    ]


@register()
def who_registers_gets_a_letter(app_configs=None, **kwargs):
    """Nobody can ask for an account where no mail goes out: the address would never be confirmed."""
    if not settings.REGISTRATION or settings.MAIL_ENABLED:
        return []
    return [
        Error(
            "SOPDESK_REGISTRATION is on, but there is no mail server to confirm addresses by (SOPDESK_SMTP_URL).",
            hint="Name a mail server, or switch registration off.",
            id="tickets.E002",
        )
    ]


@register()
def second_factor_is_required_of_roles(app_configs=None, **kwargs):
    """A misspelt role in SOPDESK_TOTP_REQUIRED would be required of nobody."""
    known = ", ".join(("none", "administrator", *Role.values))
    return [
        Error(f"SOPDESK_TOTP_REQUIRED names {name!r}, which is no role.", hint=f"Known: {known}.", id="tickets.E003")
        for name in sorted(set(settings.TOTP_REQUIRED) - {"administrator", *Role.values})
    ]
