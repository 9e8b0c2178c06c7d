"""One ticket on one row, and what people and the clock do to it at times that are written as in Padang."""

from datetime import UTC, date, datetime

from tests.factories import Cast, advance, answers_for, report
from tickets import actions, limits
from tickets.models import Extension, Hold, StepRun, Ticket
from workflows import calendars
from workflows.models import CalendarChange, CalendarDay
from workflows.worktime import ZONE

LINK = {"bukti_masalah": {"tautan": "https://sumbarprov.go.id/berita"}}
WHY = "Perlu diuji ulang."


def wib(text: str) -> datetime:
    """The instant of "2026-11-17 10.00", to the second if it names one. In November 2026 the 17th is a Tuesday."""
    pattern = "%Y-%m-%d %H.%M.%S" if text.count(".") == 2 else "%Y-%m-%d %H.%M"
    return datetime.strptime(text, pattern).replace(tzinfo=ZONE).astimezone(UTC)


def said(instant: datetime | None) -> str | None:
    """The other way round."""
    if instant is None:
        return None
    local = instant.astimezone(ZONE)
    return local.strftime("%Y-%m-%d %H.%M.%S" if local.second else "%Y-%m-%d %H.%M")


def close_days(*days: str, name: str = "Cuti bersama", decree: str = "SKB 2 Menteri"):
    """Days off, before any limit is reckoned with them."""
    for day in days:
        CalendarDay.objects.create(date=day, kind=CalendarDay.Kind.JOINT_LEAVE, name=name, decree=decree)
    CalendarChange.objects.create(at=wib("2026-01-02 08.00"), reason="Diisi.")


class Case:
    """A ticket that came to a row at one instant, all rows before it done at that instant too."""

    def __init__(self, cast: Cast, procedure: str, row: int, arrived: str):
        self.cast = cast
        now = wib(arrived)
        ticket = report(procedure, by=cast.reporter, now=now, **({"answers": LINK} if procedure == "website" else {}))
        for to in range(2, row + 1):
            ticket = advance(ticket, cast, to, now=now, penyebab="keduanya")
        self.pk = ticket.pk
        self.performer = cast.holder(ticket.step.performer)
        self.first_run = ticket.runs.open().get().pk

    @property
    def ticket(self) -> Ticket:
        """As the database has it now."""
        return Ticket.objects.get(pk=self.pk)

    @property
    def run(self) -> StepRun:
        """The run this case began with, as the database has it now."""
        return StepRun.objects.get(pk=self.first_run)

    @property
    def due(self) -> str | None:
        return said(self.run.due_at)

    @property
    def told(self) -> list[tuple[str, str | None]]:
        """What the history tells: the acts since the row was reached, and by whom."""
        entries = self.ticket.entries.filter(pk__gt=self._reached().pk).select_related("by")
        return [(entry.action, entry.by.name if entry.by else None) for entry in entries]

    def _reached(self):
        moves = self.ticket.entries.filter(action__in=("file_report", "complete_step"), at=self.run.entered_at)
        return moves.last()

    def last(self):
        return self.ticket.entries.select_related("by", "detail").last()

    # Acts

    def hold(
        self, at, *, until, reason=Hold.Reason.THIRD_PARTY, note="Menunggu penyedia.", by=None, run=None, **kwargs
    ):
        return actions.hold(
            self.ticket, by=by or self.performer, run=run or self.first_run, reason=reason,
            note=note, until=date.fromisoformat(until), now=wib(at), **kwargs,
        )  # fmt: skip

    def resume(self, at, *, by=None):
        return actions.resume(self.ticket, by=by or self.performer, run=self.first_run, now=wib(at))

    def extend(self, at, *, until, reason=WHY, by=None, run=None, **kwargs):
        return actions.extend(
            self.ticket, by=by or self.performer, run=run or self.first_run, reason=reason,
            until=date.fromisoformat(until), now=wib(at), **kwargs,
        )  # fmt: skip

    def estimate(self, at, *, until, reason="", by=None, run=None, **kwargs):
        return actions.estimate(
            self.ticket, by=by or self.performer, run=run or self.first_run, reason=reason,
            until=date.fromisoformat(until), now=wib(at), **kwargs,
        )  # fmt: skip

    def comment(self, at, *, by, **kwargs):
        return actions.comment(self.ticket, by=by, text="Sudah kami coba.", now=wib(at), **kwargs)

    def leave(self, at, *, by=None, to="", cause="keduanya") -> StepRun:
        """Leave the row by its first arrow (or the one that leads `to`); the run as it was closed."""
        ticket, someone = self.ticket, by or self.performer
        arrow = "" if ticket.step.automatic else str(to or ticket.step.arrows[0].key)
        answers = answers_for(ticket, someone, penyebab=cause)
        actions.complete_step(
            ticket, by=someone, run=self.first_run, arrow=arrow, answers=answers, reason=WHY, now=wib(at)
        )
        return self.run

    # The clock

    def tick(self, at):
        """What the sweep does at an instant: the rungs it climbs, as (kind, instant)."""
        for hold in Hold.objects.filter(run__ticket=self.pk, ended_at=None):
            actions.end_hold(hold, now=wib(at))
        rungs = [rung for run in self.ticket.runs.open() for rung in actions.climb(run, now=wib(at))]
        actions.lapse(self.ticket, now=wib(at))
        return [(rung.kind, said(rung.at)) for rung in rungs]

    # What stands there

    @property
    def holds(self) -> list[tuple[str, str, str | None]]:
        """From when to when, and who ended each."""
        holds = Hold.objects.filter(run=self.first_run).select_related("ended_by")
        return [(said(h.started_at), said(h.ends_at), h.ended_by.name if h.ended_by else None) for h in holds]

    @property
    def extensions(self) -> list[tuple[str | None, str, float]]:
        """Each as (the time it replaced, the new one, working minutes added)."""
        found = Extension.objects.filter(run=self.first_run)
        return [(said(e.from_due), said(e.until), e.minutes) for e in found]

    def clock(self, at) -> limits.Clock:
        """The time card at an instant."""
        run = StepRun.objects.select_related("ticket").prefetch_related(limits.open_hold()).get(pk=self.first_run)
        held_until = next((hold.ends_at for hold in run.open_holds), None)
        return limits.clock(run, wib(at), calendars.current(), held_until=held_until)
