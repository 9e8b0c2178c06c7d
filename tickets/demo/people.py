"""The accounts and OPD of the demo office, as rows."""

from datetime import date, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from tickets.demo import ACCOUNTS, MORE_UNITS, PASSWORD, UNITS, Account
from tickets.models import RoleAssignment, Unit, User
from workflows.roles import Role

#: Reporters of an archive: they are listed nowhere and sign in nowhere.
REPORTERS_DOMAIN = "@opd.demo.sopdesk.invalid"
REPORTERS_PER_UNIT = 3
FIRST_NAMES = (
    *("Afrizal", "Asri", "Dian", "Elfi", "Fitri", "Gusti", "Hasan", "Ilham", "Irwan", "Jasmi", "Khairul", "Laila"),
    *("Mardiana", "Nofri", "Nurhayati", "Oktavia", "Putri", "Rahmi", "Refni", "Syafril", "Taufik", "Wirda", "Yulia"),
)
LAST_NAMES = (
    *("Chaniago", "Guci", "Jambak", "Koto", "Malayu", "Pagar", "Piliang", "Sikumbang", "Tanjung", "Bodi", "Dalimo"),
    *("Hidayat", "Marlina", "Putra", "Rahmadani", "Saputra", "Syarif", "Wahyuni", "Zainal"),
)

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


def seed_substitute(people: dict[str, User]) -> None:
    """The Network Administrator is on leave for some days, and somebody stands in; the first time this is run."""
    if RoleAssignment.objects.exclude(substitute_for=None).exists():
        return
    today = timezone.localdate()
    RoleAssignment.objects.create(
        user=people["yusuf"],
        role=Role.NETWORK_ADMINISTRATOR,
        procedure="spj_online",
        substitute_for=people["tomi"],
        starts_on=today - timedelta(days=1),
        ends_on=today + timedelta(days=6),
        letter_number="800.1.11/214/Diskominfotik/2026",
    )


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


def seed_reporters() -> list[User]:
    """Three reporters of each OPD but the office's own, the OPD that report most first."""
    names = UNITS | MORE_UNITS
    short_names = [short for short in names if short != "Diskominfotik"]
    emails = [f"{short.lower()}-{nth}{REPORTERS_DOMAIN}" for short in short_names for nth in range(REPORTERS_PER_UNIT)]
    units = {short: _unit(short, names[short]) for short in short_names}
    known = set(User.objects.filter(email__in=emails).values_list("email", flat=True))
    User.objects.bulk_create(
        User(
            email=email,
            name=made_up_name(Random(email)),  # noqa: S311  # the same address, the same name
            unit=units[short_names[place // REPORTERS_PER_UNIT]],
            password=make_password(None),
        )
        for place, email in enumerate(emails)
        if email not in known
    )
    found = {person.email: person for person in User.objects.select_related("unit").filter(email__in=emails)}
    return [found[email] for email in emails]


def made_up_name(chance: Random) -> str:
    """A name that could be anybody's here."""
    return f"{chance.choice(FIRST_NAMES)} {chance.choice(LAST_NAMES)}"
