"""What an administrator sets up until it has pages of its own: people, OPD and who holds which role.

Tickets and their history are not here: an administrator configures, and does not read reports.
"""

from django import forms
from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm, UserChangeForm
from django.contrib.auth.models import Group
from django.db.models import Count, Q
from django.utils import timezone

from tickets.models import RoleAssignment, Unit, User

admin.site.site_header = "SOPDesk · Pengaturan"
admin.site.site_title = "Pengaturan SOPDesk"
admin.site.index_title = "Pengaturan"
admin.site.empty_value_display = "–"
admin.site.unregister(Group)  # rights come from roles in an SOP, never from Django's groups


class KeepsWhatHistoryNeeds:
    """Says in one sentence why something cannot be deleted, instead of listing the tickets that need it."""

    def get_deleted_objects(self, objs, request):
        objs = list(objs)
        to_delete, counts, permissions, protected = super().get_deleted_objects(objs, request)
        if protected:
            names = ", ".join(str(found) for found in objs)
            protected = [f"{names}: {self.why_kept}"]
        return to_delete, counts, permissions, protected


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
class UnitAdmin(KeepsWhatHistoryNeeds, admin.ModelAdmin):
    list_display = ("name", "short_name", "people_count")
    search_fields = ("name", "short_name")
    why_kept = "masih dipakai oleh pengguna atau tiket, sehingga tidak dapat dihapus."

    def get_queryset(self, request):
        return super().get_queryset(request).annotate(people_total=Count("people", filter=Q(people__is_active=True)))

    @admin.display(description="akun aktif", ordering="people_total")
    def people_count(self, unit):
        return unit.people_total


class AssignmentInline(admin.TabularInline):
    model = RoleAssignment
    fk_name = "user"
    fields = ("role", "procedure", "starts_on", "ends_on", "substitute_for", "letter_number")
    autocomplete_fields = ("substitute_for",)
    extra = 0


class PersonCreationForm(AdminUserCreationForm):
    """A new account. Without a password its owner cannot sign in yet."""

    class Meta:
        model = User
        fields = ("email", "name", "nip", "unit", "phone")
        field_classes = {"email": forms.EmailField}


class PersonChangeForm(UserChangeForm):
    class Meta:
        model = User
        fields = "__all__"
        field_classes = {"email": forms.EmailField}


@admin.register(User)
class PersonAdmin(KeepsWhatHistoryNeeds, UserAdmin):
    form = PersonChangeForm
    add_form = PersonCreationForm
    inlines = (AssignmentInline,)
    list_display = ("name", "email", "unit", "roles", "is_active", "is_staff")
    list_select_related = ("unit",)
    list_filter = ("is_active", "is_staff", "role_assignments__role", "unit")
    search_fields = ("name", "email", "nip", "unit__name", "unit__short_name")
    ordering = ("name",)
    filter_horizontal = ()
    autocomplete_fields = ("unit",)
    readonly_fields = ("joined_at", "last_login")
    why_kept = "tercatat dalam riwayat, sehingga tidak dapat dihapus. Hilangkan centang “Aktif” agar tidak dapat masuk."

    fieldsets = (
        (None, {"fields": ("name", "email", "password")}),
        ("Data diri", {"fields": ("nip", "unit", "phone")}),
        (
            "Akses",
            {
                "fields": ("is_active", "is_staff"),
                "description": "Administrator membuka halaman Pengaturan ini. Langkah SOP dikerjakan menurut peran, "
                "yang diatur pada penugasan peran di bawah.",
            },
        ),
        ("Catatan", {"fields": ("joined_at", "last_login")}),
    )
    add_fieldsets = (
        (None, {"classes": ("wide",), "fields": ("email", "name", "nip", "unit", "phone")}),
        ("Kata sandi", {"classes": ("wide",), "fields": ("usable_password", "password1", "password2")}),
    )

    def get_queryset(self, request):
        return super().get_queryset(request).prefetch_related("role_assignments")

    def save_model(self, request, obj, form, change):
        obj.is_superuser = obj.is_staff  # one kind of administrator: all of Pengaturan, nothing of the tickets
        super().save_model(request, obj, form, change)

    @admin.display(description="peran hari ini")
    def roles(self, person):
        today = timezone.localdate()
        held = [a for a in person.role_assignments.all() if a.starts_on <= today <= (a.ends_on or today)]
        return ", ".join(dict.fromkeys(assignment.get_role_display() for assignment in held)) or None


@admin.register(RoleAssignment)
class RoleAssignmentAdmin(admin.ModelAdmin):
    list_display = ("role", "user", "service", "starts_on", "ends_on", "substitute_for", "letter_number")
    list_display_links = ("role", "user")
    list_select_related = ("user", "substitute_for")
    list_filter = (InForce, "role", "procedure")
    search_fields = ("user__name", "user__email", "letter_number")
    autocomplete_fields = ("user", "substitute_for")
    fieldsets = (
        (None, {"fields": ("user", "role", "procedure", ("starts_on", "ends_on"))}),
        (
            "Pengganti (Plh/Plt)",
            {
                "fields": ("substitute_for", "letter_number"),
                "description": "Hanya bila menggantikan orang lain: siapa, sampai kapan, dan nomor suratnya.",
            },
        ),
    )

    @admin.display(description="layanan", ordering="procedure")
    def service(self, assignment):
        return assignment.get_procedure_display() if assignment.procedure else "Semua layanan"
