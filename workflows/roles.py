"""The words of the Pelaksana columns, and those who are only reported to."""

from django.db import models


class Role(models.TextChoices):
    """A performer of a row, or (Kepala Bidang) somebody that rows are reported to. The value is the SOP's own key."""

    SUB_KOORDINATOR = "sub_koordinator", "Sub Koordinator"
    WEB_DEVELOPER = "web_developer", "Web Developer"
    PROGRAMMER = "programmer", "Programmer"
    TIM_INFRASTRUKTUR = "tim_infrastruktur", "Tim Infrastruktur"
    SUBKOORDINATOR_APLIKASI = "subkoordinator_aplikasi", "Subkoordinator Aplikasi"
    SUBKOORDINATOR_INFRASTRUKTUR = "subkoordinator_infrastruktur", "Subkoordinator Infrastruktur"
    NETWORK_ADMINISTRATOR = "network_administrator", "Network Administrator"
    KEPALA_BIDANG_APTIKA = "kepala_bidang_aptika", "Kepala Bidang Aptika"


def choices() -> list[tuple[str, str]]:
    """Every role as (value, words). A callable, so that a new role makes no migration."""
    return Role.choices


class Party(models.TextChoices):
    """Somebody a row names who performs nothing: the one who reported."""

    PELAPOR = "pelapor", "Pelapor"
