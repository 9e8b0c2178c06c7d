"""People, their OPD, and the roles they hold from when to when (DESIGN section 8)."""

from collections import defaultdict
from datetime import date, timedelta
from typing import Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Q, When
from django.db.models.functions import Lower
from django.db.models.lookups import Exact
from django.utils import timezone
from django.utils.functional import cached_property

from workflows import roles, sops
from workflows.roles import Role


class Unit(models.Model):
    """A perangkat daerah (OPD)."""

    name = models.CharField("nama", max_length=200, unique=True)
    short_name = models.CharField("singkatan", max_length=40, unique=True)

    class Meta:
        verbose_name = "perangkat daerah"
        verbose_name_plural = "perangkat daerah"
        ordering = ("name",)

    def __str__(self):
        return self.name


class MailChoice(models.TextChoices):
    """When a person wants to be told by e-mail."""

    AT_ONCE = "langsung", "Langsung, setiap kali"
    DIGEST = "ringkasan", "Ringkasan sekali sehari, pukul 07.30"
    NEVER = "tidak", "Tidak perlu"


class UserQuerySet(models.QuerySet["User"]):
    def with_email(self, email: str) -> Self:
        """Whose address this is, whatever its case. Compared as the database keeps them unique, by their index;
        `iexact` uses none, and to PostgreSQL takes an `ı` for an `i`."""
        return self.filter(Exact(Lower("email"), email.lower()))


class UserManager(BaseUserManager):
    """Creates people by e-mail address, which they sign in with."""

    def get_by_natural_key(self, email):
        return self.with_email(email).get()

    def create_user(self, email, password=None, **fields):
        """A person who can sign in with this password; without one, cannot."""
        person = self.model(email=self.normalize_email(email), **fields)
        person.set_password(password)
        person.save(using=self._db)
        return person

    def create_superuser(self, email, password=None, **fields):
        """An administrator: configures, holds no role of a SOP by that."""
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(AbstractBaseUser, PermissionsMixin):
    """A person with a local account."""

    email = models.EmailField("surel", unique=True, error_messages={"unique": "Surel ini sudah dipakai akun lain."})
    name = models.CharField("nama", max_length=150)
    nip = models.CharField("NIP", max_length=18, blank=True, null=True, unique=True, help_text="18 angka, bila ada.")
    unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="people", verbose_name="perangkat daerah"
    )
    phone = models.CharField("telepon", max_length=30, blank=True)
    mail_choice = models.CharField(
        "pemberitahuan lewat surel", max_length=10, choices=MailChoice, default=MailChoice.AT_ONCE
    )
    is_active = models.BooleanField("aktif", default=True)
    is_staff = models.BooleanField("administrator", default=False)
    joined_at = models.DateTimeField("terdaftar", default=timezone.now, editable=False)
    oidc_subject = models.CharField(
        "identitas SSO",
        max_length=255,
        null=True,
        blank=True,
        unique=True,
        editable=False,
        help_text="Who they are to single sign-on.",
    )
    erased_at = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Their personal data is gone; what they did stays (UU 27/2022).",
    )

    objects = UserManager.from_queryset(UserQuerySet)()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "pengguna"
        verbose_name_plural = "pengguna"
        ordering = ("name",)
        constraints = (
            models.UniqueConstraint(Lower("email"), name="user_email_is_unique_whatever_its_case"),
            models.CheckConstraint(condition=~Q(nip=""), name="user_nip_is_null_when_absent"),
            models.CheckConstraint(
                condition=Q(erased_at__isnull=True) | Q(is_active=False), name="who_was_erased_does_not_sign_in"
            ),
        )

    def __str__(self):
        return self.name

    @cached_property
    def assignments(self) -> list["RoleAssignment"]:
        """The role assignments in force today; read once per request."""
        if not self.is_active:
            return []
        today = timezone.localdate()
        return list(self.role_assignments.active_on(today).beside_substitutes(today).select_related("substitute_for"))

    def holds(self, role: Role | str, procedure: str) -> bool:
        """Whether the person holds this role in this procedure today."""
        return self.assignment_for(role, procedure) is not None

    def assignment_for(self, role: Role | str, procedure: str) -> "RoleAssignment | None":
        """The assignment by which the person holds a role; their own before one as a substitute."""
        fitting = [a for a in self.assignments if a.role == role and a.procedure in ("", procedure)]
        return min(fitting, key=lambda assignment: assignment.substitute_for_id is not None, default=None)

    @cached_property
    def roles_by_procedure(self) -> dict[str, set[str]]:
        """For each procedure, the roles held in it by any issue of its SOP; procedures without any are absent."""
        held: dict[str, set[str]] = defaultdict(set)
        for sop in sops.all_sops().values():
            for role in sop.all_roles:
                if self.holds(role, sop.procedure):
                    held[sop.procedure].add(role)
        return dict(held)

    @property
    def in_own_roles(self) -> Q:
        """The rows of a table with `ticket` and `role` that concern a role the person holds in the ticket's SOP.

        The role is named first: it has an index, and few rows. Which SOP it is about is checked row by row.
        """
        theirs = Q(pk__in=())
        for procedure, held in self.roles_by_procedure.items():
            theirs |= Q(ticket__procedure=procedure, role__in=held)
        roles = set().union(*self.roles_by_procedure.values())
        return Q(role__in=roles) & Q(Case(When(theirs, then=True), default=False))

    @cached_property
    def performed_procedures(self) -> set[str]:
        """The procedures in which the person performs some row."""
        return {
            procedure for procedure, roles in self.roles_by_procedure.items() if roles - {Role.KEPALA_BIDANG_APTIKA}
        }

    @cached_property
    def coordinated_procedures(self) -> set[str]:
        """The procedures whose subkoordinator the person is: files for others, hands over, may reopen."""
        return {
            sop.procedure
            for sop in sops.all_sops().values()
            if any(self.holds(role, sop.procedure) for role in sop.coordinators)
        }

    @property
    def is_kepala_bidang(self) -> bool:
        """Whether the person is reported to as Kepala Bidang, in one procedure or all."""
        return any(Role.KEPALA_BIDANG_APTIKA in held for held in self.roles_by_procedure.values())

    @property
    def heads_the_office(self) -> bool:
        """Whether the person is Kepala Bidang for every procedure: reads what is reported of all of them together."""
        procedures = {sop.procedure for sop in sops.all_sops().values()}
        return all(Role.KEPALA_BIDANG_APTIKA in self.roles_by_procedure.get(key, ()) for key in procedures)

    @property
    def is_performer(self) -> bool:
        return bool(self.performed_procedures)

    @cached_property
    def role_labels(self) -> list[str]:
        """The roles held today in words, each once, in the order of the SOPs' columns."""
        held = {assignment.role for assignment in self.assignments}
        return [role.label for role in Role if role in held]


class Registration(models.Model):
    """Somebody who asked for an account: it opens once the address is confirmed and an administrator agrees."""

    person = models.OneToOneField(User, models.CASCADE, related_name="registration", verbose_name="pengguna")
    nip = models.CharField(
        "NIP", max_length=18, blank=True, help_text="As it was asked with; only an account that is open has it."
    )
    asked_at = models.DateTimeField("diminta", default=timezone.now)
    confirmed_at = models.DateTimeField("surel dikonfirmasi", null=True, blank=True)
    decided_at = models.DateTimeField("diputuskan", null=True, blank=True)
    decided_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    accepted = models.BooleanField("disetujui", default=False)

    class Meta:
        verbose_name = "pendaftaran"
        verbose_name_plural = "pendaftaran"
        ordering = ("asked_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(decided_at__isnull=True, decided_by__isnull=True, accepted=False)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
                name="registration_decided_has_its_person",
            ),
            models.CheckConstraint(
                condition=Q(accepted=False) | Q(confirmed_at__isnull=False), name="registration_is_confirmed_first"
            ),
        )

    def __str__(self):
        return str(self.person)


class PeopleImport(models.Model):
    """A list of staff that an administrator read in: shown first, then taken over whole or not at all."""

    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    at = models.DateTimeField("dibaca", default=timezone.now)
    name = models.CharField("nama berkas", max_length=150)
    rows = models.JSONField(default=list, help_text="The lines as read; emptied once they are taken over.")
    applied_at = models.DateTimeField("diterapkan", null=True, blank=True)
    created = models.PositiveIntegerField("akun baru", default=0)
    changed = models.PositiveIntegerField("akun diubah", default=0)

    class Meta:
        verbose_name = "impor pengguna"
        verbose_name_plural = "impor pengguna"
        ordering = ("-at",)

    def __str__(self):
        return self.name


#: How long before a substitution begins, and after it ended, both hear of it.
ABOUT = timedelta(days=14)


class RoleAssignmentQuerySet(models.QuerySet["RoleAssignment"]):
    def active_on(self, day: date) -> Self:
        """Assignments in force on a day; both ends count."""
        return self.filter(Q(starts_on__lte=day), Q(ends_on__isnull=True) | Q(ends_on__gte=day))

    def beside_substitutes(self, day: date) -> Self:
        """Each with `has_substitute`: whether somebody stands in for its person about this day (`about`)."""
        substitutes = RoleAssignment.objects.filter(substitute_for=OuterRef("user"), role=OuterRef("role"))
        return self.annotate(has_substitute=Exists(substitutes.about(day)))

    def about(self, day: date) -> Self:
        """Assignments that begin soon, are in force, or ended lately: whom they concern is told of them."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gte=day - ABOUT), starts_on__lte=day + ABOUT)

    def holders(self, role: Role | str, procedure: str, day: date) -> Self:
        """Assignments by which active people hold this role in this procedure on a day."""
        return self.active_on(day).filter(role=role, procedure__in=("", procedure), user__is_active=True)


def procedure_choices() -> list[tuple[str, str]]:
    """The services a role can be limited to."""
    return [(sop.procedure, str(sop.service)) for sop in sops.current()]


class RoleAssignment(models.Model):
    """A person holds a role from one day to another, in one procedure or all; or stands in for somebody (Plh/Plt)."""

    user = models.ForeignKey(User, models.PROTECT, related_name="role_assignments", verbose_name="pengguna")
    role = models.CharField("peran", max_length=40, choices=roles.choices)
    procedure = models.CharField(
        "hanya untuk layanan",
        max_length=40,
        blank=True,
        default="",
        choices=procedure_choices,
        help_text="Kosongkan bila berlaku untuk semua layanan.",
    )
    starts_on = models.DateField("sejak", default=timezone.localdate)
    ends_on = models.DateField("sampai", null=True, blank=True)
    substitute_for = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name="pengganti untuk (Plh/Plt)"
    )
    letter_number = models.CharField("nomor surat", max_length=100, blank=True)

    has_substitute = False  # whether somebody stands in, where `beside_substitutes` asked

    objects = RoleAssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = "penugasan peran"
        verbose_name_plural = "penugasan peran"
        ordering = ("role", "user__name")
        constraints = (
            models.CheckConstraint(
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
                name="role_ends_not_before_it_starts",
                violation_error_message="Tanggal sampai tidak boleh sebelum tanggal sejak.",
            ),
            models.CheckConstraint(
                condition=Q(substitute_for__isnull=True) | (Q(ends_on__isnull=False) & ~Q(letter_number="")),
                name="substitute_has_an_end_and_a_letter",
                violation_error_message="Pengganti memerlukan tanggal sampai dan nomor surat.",
            ),
            models.CheckConstraint(
                condition=Q(substitute_for__isnull=True) | ~Q(substitute_for=F("user")),
                name="nobody_substitutes_for_themselves",
                violation_error_message="Seseorang tidak dapat menggantikan dirinya sendiri.",
            ),
        )

    def __str__(self):
        return f"{self.get_role_display()}: {self.user}"
