"""Why is it here? Whose turn it is, since when, what it waits for, by which rule, and how each due date came about.

Values for every door; the sentences are made where they are shown. ``PublicWhereabouts`` is what may be told to anybody
with the tracking code, and has no place for a name, a desk's code or a reason.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.desks import Label
from routing.domain.facts import guard_facts, opinions_given
from routing.domain.forecast import Expected
from routing.domain.ledger import Interval, open_interval
from routing.domain.limits_explained import Limit, desk_limit, legal_limit, promise_limit
from routing.domain.next_step import desks_asked
from routing.domain.requirements import asked_for
from routing.domain.resumption import resumable_until
from routing.domain.time_limits import Pause
from routing.domain.visits import Visit
from routing.domain.workflow import Step
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.reading.application_file import ApplicationFile, PossibleDecision, application_file
from routing.reading.catalogue import names_of
from routing.reading.forecasts import expected_answer
from routing.reading.history import decision_behind
from routing.storage.tables import visits
from routing.storage.transaction import Transaction

_SPOKEN = (
    sa.select(visits.c.desk)
    .where(
        visits.c.application_id == sa.bindparam("id"),
        visits.c.step == sa.bindparam("step"),
        visits.c.decision.in_(sa.bindparam("opinions", expanding=True)),
    )
    .order_by(visits.c.no.desc())
    .limit(sa.bindparam("most"))
)


class Whose(StrEnum):
    """Who has to do something at a visit."""

    #: the courier: the document is on its way
    COURIER = "courier"
    OFFICE = "office"
    #: a program that decides by itself
    PROGRAM = "program"
    APPLICANT = "applicant"
    #: an agency that is not under this roof
    OUTSIDE = "outside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """An open visit: who has to do what there."""

    visit: Visit
    step: Step
    whose: Whose
    since: datetime
    roles: tuple[str, ...]
    holder_name: str | None
    #: what can be said there
    possible: tuple[PossibleDecision, ...]
    #: what the applicant was asked to repair
    to_repair: tuple[Label, ...]
    limit: Limit | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """Several desks work at once: who has spoken and who has not."""

    needed: int
    given: int
    spoken: tuple[str, ...]
    silent: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Whereabouts:
    """Where an application is, and why, for the staff."""

    file: ApplicationFile
    at: datetime
    waiting: tuple[Waiting, ...]
    joined: Joined | None
    #: requirements that still have to be handed in
    owed: tuple[Label, ...]
    promise: Limit | None
    legal: Limit | None
    ledger: tuple[Interval, ...]
    #: who began each interval, by account
    names: dict[str, str]
    expected: Expected | None
    #: it was stopped, and can be taken up again until then
    resumable_until: datetime | None

    @property
    def ended_at(self) -> datetime | None:
        """When it ended; None: it is open."""
        application = self.file.application
        if application.is_open:
            return None
        # Something may be written down about an application long after it ended.
        has_answered = application.answered_at is not None
        return (self.ledger[-1].until if self.ledger and not has_answered else None) or application.changed_at


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicWhereabouts:
    """The same for anybody with the tracking code."""

    stage: Label
    #: None: it has ended
    whose: Whose | None
    since: datetime
    #: how many desks have spoken, of how many; (0, 0): there is one
    spoken: tuple[int, int]
    to_repair: tuple[Label, ...]
    promise: Limit | None
    legal: Limit | None
    #: why it stands still, and since when
    pause: Pause | None
    paused_since: datetime | None
    #: when the office answered, where its route says with what
    answered_at: datetime | None
    ended_at: datetime | None
    expected: Expected | None


def whereabouts(office: Office, number: str) -> Whereabouts:
    """Where the application is and why. Raises UnknownApplication."""
    file, at = application_file(office, number), office.now()
    application, workflow = file.application, file.workflow
    with office.reading() as connection:
        tx = Transaction(connection)
        calendar = office.calendar(application.calendar, tx)
        ledger = tuple(tx.ledgers(application.id)[application.id])
        names = names_of(connection, (one.granted_by for one in ledger))
        joined = _joined(connection, file)
        answer = expected_answer(connection, file, calendar, at) if application.is_open else None
    submitted = calendar.local(application.submitted_at).date()
    asked = asked_for(workflow.requirements, guard_facts(workflow, application), submitted)
    return Whereabouts(
        file=file,
        at=at,
        waiting=tuple(_waiting(office, file, visit, calendar, ledger, at) for visit in file.open_visits),
        joined=joined,
        owed=tuple(
            need.label
            for code, need in workflow.requirements.items()
            if application.is_open and code in asked and need.required and code not in application.papers
        ),
        promise=promise_limit(workflow, application, calendar, ledger, at),
        legal=legal_limit(workflow, application, calendar, ledger, at),
        ledger=ledger,
        names=names,
        expected=answer,
        resumable_until=resumable_until(workflow, application),
    )


def for_the_public(found: Whereabouts) -> PublicWhereabouts:
    """What of it may be told to anybody with the tracking code."""
    workflow, application = found.file.workflow, found.file.application
    step = workflow.steps.get(application.step)
    stage = step.public_label if step is not None and step.public_label is not None else None
    turns = {one.whose for one in found.waiting}
    # An applicant who has something to do is told so, whoever else is at work.
    whose = next((one for one in (Whose.APPLICANT, Whose.OFFICE, Whose.PROGRAM, Whose.OUTSIDE) if one in turns), None)
    current = open_interval(found.ledger)
    joined = found.joined
    return PublicWhereabouts(
        stage=stage or workflow.label_of(application.step),
        whose=whose or (Whose.OFFICE if found.waiting else None),
        since=min((one.since for one in found.waiting), default=application.changed_at),
        spoken=(len(joined.spoken), len(joined.spoken) + len(joined.silent)) if joined is not None else (0, 0),
        to_repair=tuple(dict.fromkeys(label for one in found.waiting for label in one.to_repair)),
        promise=found.promise,
        legal=found.legal,
        pause=current.pause if current is not None else None,
        paused_since=current.since if current is not None and current.pause is not None else None,
        answered_at=application.answered_at,
        ended_at=found.ended_at,
        expected=found.expected,
    )


def _waiting(
    office: Office,
    file: ApplicationFile,
    visit: Visit,
    calendar: WorkingCalendar,
    ledger: Sequence[Interval],
    at: datetime,
) -> Waiting:
    step = file.workflow.steps[visit.step]
    possible = file.possible(visit)
    asks = step.waits_for == "applicant"
    behind = decision_behind(office, file.application.id, visit.no, with_notes=False) if asks else None
    return Waiting(
        visit=visit,
        step=step,
        whose=_whose(step, visit),
        since=visit.arrived_at or visit.sent_at,
        roles=tuple(dict.fromkeys(role for one in possible for role in one.rule.roles or step.roles)) or step.roles,
        holder_name=file.names.get(visit.holder, visit.holder) if visit.holder is not None else None,
        possible=possible,
        to_repair=behind.requirements if behind is not None else (),
        limit=desk_limit(step, visit, calendar, at, ledger),
    )


def _whose(step: Step, visit: Visit) -> Whose:
    if not visit.has_arrived:
        return Whose.COURIER
    # A program that only looks whether the applicant has paid is not who is waited for.
    if step.waits_for == "office" and visit.act_at is not None and visit.holder is None:
        return Whose.PROGRAM
    return {"office": Whose.OFFICE, "applicant": Whose.APPLICANT, "outside": Whose.OUTSIDE}[step.waits_for]


def _joined(connection: Connection, file: ApplicationFile) -> Joined | None:
    application, workflow = file.application, file.workflow
    step = workflow.steps.get(application.step)
    if step is None or step.join is None:
        return None
    silent = [visit.origin_desk or visit.desk for visit in file.open_visits]
    given = opinions_given(application.facts, application.step)
    # What was found out since may ask other desks than have spoken: those that did are in the books.
    opinions = [code for code, rule in step.decisions.items() if rule.opinion]
    wanted = {"id": application.id, "step": application.step, "opinions": opinions, "most": given}
    spoken = connection.execute(_SPOKEN, wanted).all() if given else []
    asked = desks_asked(workflow, application, step)
    return Joined(
        needed=min(step.opinions_needed, max(len(asked), given + len(silent))),
        given=given,
        spoken=tuple(sorted(row.desk for row in spoken)),
        silent=tuple(silent),
    )
