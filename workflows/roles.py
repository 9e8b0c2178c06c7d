"""The words of the Pelaksana columns, and those who are only reported to."""

from types import DynamicClassAttribute

from django.conf import settings
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

    @DynamicClassAttribute
    def label(self) -> str:
        """What the office calls the role today (`settings.ROLE_LABELS`): a Sub Koordinator may be a Ketua Tim."""
        named: str = settings.ROLE_LABELS.get(self.value, self.in_sop)
        return named

    @property
    def in_sop(self) -> str:
        """The word of the SOP, for the printed sheet."""
        return str(self._label_)


def choices() -> list[tuple[str, str]]:
    """Every role as (value, words). A callable, so that a new role makes no migration."""
    return Role.choices


class Party(models.TextChoices):
    """Somebody a row names who performs nothing: the one who reported."""

    PELAPOR = "pelapor", "Pelapor"

    @property
    def in_sop(self) -> str:
        """The word of the SOP, as of a role."""
        return str(self.label)
