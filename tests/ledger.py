"""Many tickets at once, written straight into the tables: for reports, which read the ledger and no history."""

from datetime import datetime, timedelta

from tests.factories import Cast
from tickets import tallies
from tickets.models import StepRun, Ticket, Unit
from tickets.models.runs import LimitKind, Verdict
from workflows import sops
from workflows.sop import SELESAI

#: One after the other, so that each occurs soon.
VERDICTS = (Verdict.ON_TIME, Verdict.ON_TIME, Verdict.EXTENDED, Verdict.LATE)


def finished(
    cast: Cast,
    procedure: str,
    *,
    closed_at: datetime,
    worked: dict[int, float],
    number: int = 1,
    unit: Unit | None = None,
) -> list[Ticket]:
    """Closed tickets that went through some rows, each of them for so many minutes of work. Sums are not counted."""
    sop = sops.for_procedure(procedure)
    tickets = _numbered([_ticket(cast, sop, unit, closed_at, state=SELESAI) for _ in range(number)])
    runs = [
        _left(of, row, cast, closed_at, minutes, Verdict.ON_TIME) for of in tickets for row, minutes in worked.items()
    ]
    Ticket.objects.bulk_create(tickets)
    StepRun.objects.bulk_create(runs)
    return tickets


def archive(cast: Cast, number: int, *, now: datetime, units: list[Unit]) -> None:
    """Finished tickets of both SOPs over a year, of all classes, rounds and holds, and as many late now; counted."""
    tickets, runs = [], []
    for n in range(number):
        sop, unit = sops.current()[n % 2], units[n % len(units)]
        at = now - timedelta(days=(n * 7) % 330, minutes=n)
        done = _ticket(cast, sop, unit, at, state=SELESAI)
        late = _ticket(cast, sop, unit, at, state=sop.row(sop.steps[1].no))
        tickets += [done, late]
        for step in sop.steps:
            verdict = Verdict.NO_LIMIT if step.limit.kind in ("none", "tentative") else VERDICTS[(n + step.no) % 4]
            run = _left(done, step.no, cast, at, 5.0 + n % 40, verdict, round_=1 + n % 2)
            run.is_deviation, run.held_minutes, run.awaited_minutes = n % 3 == 0, 30.0 * (n % 2), 10.0 * (n % 2)
            runs.append(run)
        runs.append(_late(late, cast, now - timedelta(days=3)))
    Ticket.objects.bulk_create(_numbered(tickets))
    StepRun.objects.bulk_create(runs)
    tallies.rebuild()


def _numbered(tickets):
    """With numbers of a year in which nobody else files."""
    for n, ticket in enumerate(tickets, start=Ticket.objects.count() + 1):
        ticket.number = f"{ticket.sop.prefix}-2020-{n:04d}"
    return tickets


def _ticket(cast, sop, unit, at, *, state):
    return Ticket(
        procedure=sop.procedure,
        sop_key=sop.key,
        state=state,
        title="Halaman layanan perizinan tidak dapat dibuka sejak pembaruan kemarin sore",
        description="Muncul galat 500.",
        reporter=cast.reporter,
        reporter_name=cast.reporter.name,
        unit=unit,
        filed_by=cast.reporter,
        created_at=at - timedelta(days=2),
        updated_at=at,
        closed_at=at if state == SELESAI else None,
    )


def _left(ticket, row, cast, at, minutes, verdict, round_=1):
    step = ticket.sop.step(row)
    return StepRun(
        ticket=ticket,
        row=row,
        round=round_,
        role=step.performer,
        performer=cast.holder(step.performer),
        entered_at=at - timedelta(days=1),
        claimed_at=at - timedelta(days=1),
        left_at=at,
        arrow=step.arrows[-1].key,
        arrow_label=step.arrows[-1].label,
        verdict=verdict,
        worked_minutes=minutes,
        held_minutes=0.0,
        awaited_minutes=0.0,
        late_minutes=7.0 if verdict == Verdict.LATE else None,
    )


def _late(ticket, cast, at):
    step = ticket.step
    return StepRun(
        ticket=ticket,
        row=step.no,
        round=1,
        role=step.performer,
        entered_at=at,
        limit_kind=LimitKind.MINUTES,
        limit_amount=15,
        budget_minutes=15,
        due_at=at + timedelta(minutes=15),
        next_rung_at=at,
    )
