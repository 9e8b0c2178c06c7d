"""System checks of the helpdesk as it is installed."""

from django.conf import settings
from django.core.checks import Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection

from tickets.models import User


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
