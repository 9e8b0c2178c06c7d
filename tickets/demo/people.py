"""The accounts and OPD of the demo office, as rows."""

from datetime import date

from django.contrib.auth.hashers import make_password

from tickets.demo import ACCOUNTS, PASSWORD, UNITS, Account
from tickets.models import RoleAssignment, Unit, User

IN_OFFICE_SINCE = date(2024, 6, 10)  # the day the website SOP was made


def seed_people() -> dict[str, User]:
    """The people by `Account.who`. Who is there already stays as they are."""
    units = {short: _unit(short, name) for short, name in UNITS.items()}
    known = {person.email: person for person in User.objects.select_related("unit").filter(email__in=_emails())}
    password = "" if len(known) == len(ACCOUNTS) else make_password(PASSWORD)  # one hash for all: each costs a second
    return {
        account.who: known.get(account.email) or _newcomer(account, units[account.unit], password)
        for account in ACCOUNTS
    }


def _emails() -> list[str]:
    return [account.email for account in ACCOUNTS]


def _unit(short_name: str, name: str) -> Unit:
    unit, _ = Unit.objects.get_or_create(short_name=short_name, defaults={"name": name})
    return unit


def _newcomer(account: Account, unit: Unit, password: str) -> User:
    is_admin = account.group == "administrator"
    person = User.objects.create(
        email=account.email,
        name=account.name,
        unit=unit,
        password=password,
        is_staff=is_admin,
        is_superuser=is_admin,
    )
    if account.role:
        RoleAssignment.objects.create(
            user=person, role=account.role, procedure=account.procedure, starts_on=IN_OFFICE_SINCE
        )
    return person
