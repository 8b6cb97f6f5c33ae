"""What did an entry come to? Entries of the log become the deeds that integrity signals are asked about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.charging import bill
from routing.domain.facts import guard_facts
from routing.domain.fields import FieldKind
from routing.domain.integrity_signals import Deed, Signal, Thresholds
from routing.domain.resubmission import takes_back
from routing.domain.time_limits import Pause
from routing.domain.workflow import DecisionRule, Program, Step, Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.reading.signal_around import ClockMarks, Held, Pairs, Queues
from routing.reading.signal_entries import Candidate
from routing.reading.signal_files import Files, OfficeThen, Stay

_DAY_OFF = float("inf")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A deed, and where it stands."""

    entry: Candidate
    application: Application
    workflow: Workflow
    deed: Deed
    #: the desks it concerns: its own, or where the document lay
    desks: tuple[str, ...]


class Deeds:
    """The deeds of one piece of the log. ``wanted``: what is asked of them; the rest is not looked up."""

    def __init__(
        self,
        connection: Connection,
        then: OfficeThen,
        candidates: Sequence[Candidate],
        wanted: frozenset[Signal],
        thresholds: Thresholds,
    ) -> None:
        self._then, self._thresholds = then, thresholds
        self._files = Files(connection, then, (one.application_id for one in candidates))
        # A case from elsewhere was decided by the rules of elsewhere.
        self._candidates = [
            one for one in candidates if self._files.applications[one.application_id].imported_case is None
        ]
        decided = [one for one in self._candidates if one.kind == "decided"]
        self._queues = Queues(connection, then, self._files, decided) if Signal.QUEUE in wanted else None
        self._pairs = Pairs(connection, self._files, decided) if Signal.PAIR in wanted else None
        self._held = Held(connection, self._candidates) if Signal.PAUSE in wanted else None
        self._marks = ClockMarks(connection, self._candidates) if Signal.RESET in wanted else None

    def told(self) -> Iterator[Told]:
        """Each of them, in the order of the entries."""
        for entry in self._candidates:
            application = self._files.applications[entry.application_id]
            workflow = self._files.workflow(entry)
            lay = [stay.desk for stay in self._files.visits(application.id) if stay.lay_there(entry.at)]
            deed = self._decided(entry, application, workflow) if entry.kind == "decided" else self._plain(entry)
            if self._marks is not None:
                deed = replace(deed, is_late_restart=self._marks.is_late_restart(entry))
            if self._held is not None and entry.kind == "paused":
                deed = replace(deed, profits_at=self._held.desk_of(entry.actor, entry.at, lay))
            desks = (entry.desk,) if entry.desk is not None else tuple(lay)
            yield Told(entry=entry, application=application, workflow=workflow, deed=deed, desks=desks)

    def _plain(self, entry: Candidate) -> Deed:
        calendar = self._then.calendar(entry.at)
        return Deed(kind=entry.kind, actor=entry.actor, at=calendar.local(entry.at))

    def _decided(self, entry: Candidate, application: Application, workflow: Workflow) -> Deed:
        said, calendar = entry.said, self._then.calendar(entry.at)
        step = workflow.steps.get(said.get("step") or "")
        rule = step.decisions.get(said.get("decision") or "") if step is not None else None
        end = workflow.ends.get(said.get("to") or "")
        visits = self._files.visits(application.id)
        visit = next((one for one in visits if one.no == said.get("visit")), None)
        before = [one for one in visits if one.decided_by == entry.actor and _is_before(one, entry)]
        led_to = [workflow.steps[code] for code in _steps_sent_to(said) if code in workflow.steps]
        demanded, tariff = _money(said, application, workflow, step, rule, led_to)
        return Deed(
            kind=entry.kind,
            actor=entry.actor,
            at=calendar.local(entry.at),
            step_code=said.get("step"),
            step=step,
            rule=rule,
            outcome=end.outcome if end is not None else None,
            returns=(rule is not None and rule.names_requirements) or any(map(takes_back, led_to)),
            has_reason=bool(said.get("reason")),
            has_grounds=bool(said.get("reasons") or said.get("requirements")),
            at_counter=entry.desk in self._then.counters,
            steps_before=frozenset(one.step for one in before),
            other_desk_before=next((one.step for one in before if self._is_other_desk(one, entry, workflow)), None),
            taken_at=(visit.claimed_at or visit.arrived_at) if visit is not None else None,
            due_at=visit.due_at if visit is not None else None,
            waiting=self._queues.waiting(visit) if self._queues is not None and visit is not None else (),
            minutes_closed=minutes_closed(calendar, entry.desk, entry.at),
            with_applicant=self._with_applicant(entry, application, before),
            demanded=demanded,
            tariff=tariff,
        )

    def _is_other_desk(self, before: Stay, entry: Candidate, workflow: Workflow) -> bool:
        step = workflow.steps.get(before.step)
        is_ours = step is not None and step.waits_for == "office"
        return is_ours and before.desk != entry.desk and before.desk not in self._then.counters

    def _with_applicant(self, entry: Candidate, application: Application, before: Sequence[Stay]) -> int:
        # Once for each application: at the first decision of theirs on it.
        if self._pairs is None or before:
            return 0
        return self._pairs.count(application.applicant_index, entry.actor, entry.at, self._thresholds.pair_days)


def minutes_closed(calendar: WorkingCalendar, desk: str | None, at: datetime) -> float | None:
    """How far outside the hours of the desk that is; infinite where that day has none; None: within them."""
    local = calendar.local(at)
    openings = calendar.openings(local.date(), desk)
    if not openings:
        return _DAY_OFF
    spans = [
        (
            datetime.combine(local.date(), one.since, local.tzinfo),
            datetime.combine(local.date(), one.until, local.tzinfo),
        )
        for one in openings
    ]
    if any(opens <= local < closes for opens, closes in spans):
        return None
    nearest = min(max(opens - local, local - closes) for opens, closes in spans)
    return nearest / timedelta(minutes=1)


def _is_before(visit: Stay, entry: Candidate) -> bool:
    """Whether the visit was decided before this decision; at the same moment, the earlier visit was."""
    if visit.closed_at is None or visit.closed_at > entry.at:
        return False
    return visit.closed_at < entry.at or visit.no < int(entry.said.get("visit") or 0)


def _steps_sent_to(said: Any) -> list[str]:
    sent = said.get("sent") or []
    return [one["step"] for one in sent if isinstance(one, dict)] if isinstance(sent, list) else [str(said.get("to"))]


def _money(
    said: Any,
    application: Application,
    workflow: Workflow,
    step: Step | None,
    rule: DecisionRule | None,
    led_to: Sequence[Step],
) -> tuple[int | None, int | None]:
    """What was demanded and what the tariff comes to; None: nothing was demanded, or the tariff is open yet."""
    found = said.get("findings") or {}
    asked = [code for code, field in rule.collects.items() if field.kind is FieldKind.MONEY] if rule is not None else []
    demanded = [int(found[code]) for code in asked if isinstance(found.get(code), int | float)]
    before_payment = any(one is not None and _is_payment(one) for one in (step, *led_to))
    # What a tariff looks at is gone with the personal data.
    if not demanded or not before_payment or application.erased_at is not None:
        return None, None
    facts = guard_facts(workflow, application)
    charged = bill(workflow.fees, {**facts, "findings": {**facts["findings"], **found}})
    return sum(demanded), charged.total if not charged.open else None


def _is_payment(step: Step) -> bool:
    return step.pause == Pause.PAYMENT or step.automatic is Program.PAYMENT
