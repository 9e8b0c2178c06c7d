"""People, OPD and who holds which role, to be looked up by whoever runs the machine. Nothing is changed here: the pages
under Pengaturan do that, where each change is written down and ends the sessions it must.

Tickets and their history are not here: an administrator configures, and does not read reports.
"""

from django.contrib import admin
from django.contrib.auth.admin import Group  # type: ignore[attr-defined]  # from where it was registered
from django.db.models import Count, Q
from django.utils import timezone
from django_otp.plugins.otp_totp.admin import TOTPDevice

from tickets.models import RoleAssignment, Unit, User

admin.site.site_header = "SOPDesk · Pengaturan"
admin.site.site_title = "Pengaturan SOPDesk"
admin.site.index_title = "Pengaturan"
admin.site.empty_value_display = "–"
admin.site.unregister(Group)  # rights come from roles in an SOP, never from Django's groups
admin.site.unregister(TOTPDevice)  # it would show the secrets of everybody's second factor


class ReadOnly(admin.ModelAdmin):
    """To be searched and read. The address asks by what stands beside the list, and by no other column: nobody finds
    out a password's hash or the key of a session by asking what it begins with.
    """

    def lookup_allowed(self, lookup, value, request=None):
        offered = (item if isinstance(item, str) else item.parameter_name for item in self.list_filter)
        is_offered = any(lookup == name or lookup.startswith(f"{name}__") for name in offered)
        return is_offered and super().lookup_allowed(lookup, value, request)

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False


class InForce(admin.SimpleListFilter):
    """Assignments by whether they count today."""

    title = "masa berlaku"
    parameter_name = "berlaku"

    def lookups(self, request, model_admin):
        return [("sekarang", "Berlaku hari ini"), ("nanti", "Belum mulai"), ("lewat", "Sudah berakhir")]

    def queryset(self, request, queryset):
        today = timezone.localdate()
        match self.value():
            case "sekarang":
                return queryset.active_on(today)
            case "nanti":
                return queryset.filter(starts_on__gt=today)
            case "lewat":
                return queryset.filter(ends_on__lt=today)
        return queryset


@admin.register(Unit)
class UnitAdmin(ReadOnly):
    list_display = ("name", "short_name", "people_count")
    search_fields = ("name", "short_name")

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_total=Count("people", filter=Q(people__is_active=True)))

    @admin.display(description="akun aktif", ordering="people_total")
    def people_count(self, unit):
        return unit.people_total


@admin.register(User)
class PersonAdmin(ReadOnly):
    list_display = ("name", "email", "unit", "roles", "is_active", "is_staff")
    list_select_related = ("unit",)
    list_filter = ("is_active", "is_staff", "role_assignments__role", "unit")
    search_fields = ("name", "email", "nip", "unit__name", "unit__short_name")
    ordering = ("name",)
    fieldsets = (
        (None, {"fields": ("name", "email", "nip", "unit", "phone")}),
        ("Akses", {"fields": ("is_active", "is_staff", "joined_at", "last_login")}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("role_assignments")

    @admin.display(description="peran hari ini")
    def roles(self, person):
        today = timezone.localdate()
        held = [a for a in person.role_assignments.all() if a.starts_on <= today <= (a.ends_on or today)]
        return ", ".join(dict.fromkeys(assignment.get_role_display() for assignment in held)) or None


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(ReadOnly):
    list_display = ("role", "user", "service", "starts_on", "ends_on", "substitute_for", "letter_number")
    list_display_links = ("role", "user")
    list_select_related = ("user", "substitute_for")
    list_filter = (InForce, "role", "procedure")
    search_fields = ("user__name", "user__email", "letter_number")
    fieldsets = (
        (None, {"fields": ("user", "role", "procedure", ("starts_on", "ends_on"))}),
        ("Pengganti (Plh/Plt)", {"fields": ("substitute_for", "letter_number")}),
    )

    @admin.display(description="layanan", ordering="procedure")
    def service(self, assignment):
        return assignment.get_procedure_display() if assignment.procedure else "Semua layanan"
