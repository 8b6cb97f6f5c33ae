"""What this person sees of an application and can do with it: asked of ``may`` once, for every page that shows one."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from fastapi import Request

from routing.domain.application import Particulars
from routing.domain.days_left import DaysLeft, legal_left, promise_left, stay_left
from routing.domain.due_dates import has_limit
from routing.domain.errors import DecisionNotPossible, Refusal, UnknownDecision
from routing.domain.identifiers import masked_nik, masked_phone
from routing.domain.people import Action, Place
from routing.domain.resumption import resumable_until, resume_of
from routing.domain.revealing import masked
from routing.domain.stays import reassignable
from routing.domain.visits import Visit
from routing.domain.workflow import Outcome, Workflow
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.reading.application_file import (
    ApplicationFile,
    PossibleDecision,
    application_file,
)
from routing.reading.history import history
from routing.reading.papers import sight_of
from routing.reading.who_applies import who_applies
from routing.web.numbers_in_addresses import small_number
from routing.web.rendering import wording_of
from routing.web.timeline import TimelineRow, told
from routing.web.troubles import trouble_of
from routing.web.visitors import Staff


@dataclass(frozen=True, slots=True, kw_only=True)
class Stay:
    """An open visit, and what this person can do at it."""

    visit: Visit
    holder_name: str | None
    is_mine: bool
    #: somebody holds it and their time is over
    has_lapsed: bool
    #: the step sets the desk a limit, so that the due date means something
    has_limit: bool
    #: how far off the end of it is
    left: DaysLeft | None
    #: why the program of an automatic desk has not decided, in a sentence; None: no trouble
    trouble: Refusal | None
    #: the person can let the program try again
    may_retry: bool
    #: the desks the person can pass it on to
    reassigns_to: tuple[str, ...]
    #: they sit here and could take it
    may_take: bool
    #: they hold it, or may give it back to the queue for a holder who is away
    may_release: bool
    #: they sit here and can report that something is in the way
    may_report: bool
    #: what they can say; empty until they have taken it, except where only the applicant is waited for
    decisions: tuple[PossibleDecision, ...]
    #: why something else cannot be said, a sentence each
    unmet: tuple[Refusal, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationView:
    """An application before this person's eyes."""

    file: ApplicationFile
    stays: tuple[Stay, ...]
    #: how far off the ends of promise and legal limit are; None: there is none, it stands still, or all is over
    promise: DaysLeft | None
    legal: DaysLeft | None
    #: NIK and telephone number masked; None: not for these eyes, imported without any, or erased
    who: Particulars | None
    shows_who: bool
    #: reasons are free text about a person: for those who may see who applies, and for the auditor
    shows_notes: bool
    #: the counter at which this person can record a withdrawal
    withdraws_at: str | None
    #: this person can let the time stand still, or go on
    may_grant_pause: bool
    #: it was stopped, and this person can take it up again until then
    resumable_until: datetime | None
    #: the desks this person can take it up at, where one has to be named
    resumes_at: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """What happened, newest first."""

    rows: list[TimelineRow]
    shows_notes: bool
    next: int | None


def see_application(office: Office, staff: Staff, number: str) -> ApplicationView:
    """The application, as this person may see it. Raises NotAllowed, UnknownApplication."""
    staff.require(Action.SEE_APPLICATION)
    file = application_file(office, number)
    shows_who = staff.may(Action.SEE_PARTICULARS, sight_of(file, tuple(staff.directory.counters)))
    who = who_applies(office, file.application.id) if shows_who else None
    calendar, application = office.calendar(file.application.calendar), file.application
    is_due = application.is_open and application.answered_at is None
    return ApplicationView(
        file=file,
        stays=tuple(_stay(staff, file, visit, calendar) for visit in file.open_visits),
        promise=promise_left(file.workflow, calendar, application.promise_due, staff.at) if is_due else None,
        legal=legal_left(file.workflow, calendar, application.legal_due, staff.at) if is_due else None,
        who=_masked(who, file.workflow) if who is not None else None,
        shows_who=shows_who,
        shows_notes=shows_who or staff.may(Action.SEE_AUDIT_LOG),
        withdraws_at=_withdraws_at(staff, file),
        may_grant_pause=is_due and staff.may(Action.GRANT_PAUSE),
        resumable_until=_resumable_until(staff, file),
        resumes_at=_resumes_at(staff, file),
    )


def see_timeline(request: Request, office: Office, staff: Staff, view: ApplicationView, before: str) -> Timeline:
    """What happened to it, in the reader's language."""
    wording = wording_of(request)
    page = history(
        office,
        view.file.application.id,
        before=max(small_number(before), 0) or None,
        with_notes=view.shows_notes,
    )
    rows = told(page.events, wording, staff.directory.names(wording.language))
    return Timeline(rows=rows, shows_notes=view.shows_notes, next=page.next)


def decision_named(file: ApplicationFile, visit: Visit, code: str) -> PossibleDecision:
    """The decision with this code. Raises ConditionNotMet, DecisionNotPossible, UnknownDecision."""
    possible = {one.code: one for one in file.possible(visit)}
    if code in possible:
        return possible[code]
    unmet = file.unmet(visit).get(code)
    if unmet is not None:
        raise unmet
    listed = ", ".join(possible) or "-"
    step = file.workflow.steps[visit.step].label.id
    if any(code in other.decisions for other in file.workflow.steps.values()):
        raise DecisionNotPossible(number=file.application.number, step=step, decision=code, possible=listed)
    raise UnknownDecision(step=step, service=file.workflow.service, decision=code[:100], possible=listed)


def sayable(staff: Staff, file: ApplicationFile, visit: Visit) -> tuple[PossibleDecision, ...]:
    """What this person can say at the visit, as long as nobody else holds it."""
    if not visit.has_arrived or visit.is_held_against(staff.person.code, staff.at):
        return ()
    step = file.workflow.steps[visit.step]
    return tuple(
        one
        for one in file.possible(visit)
        if staff.may(Action.DECIDE, Place(desks=(visit.desk,), roles=one.rule.roles or step.roles))
    )


def _stay(staff: Staff, file: ApplicationFile, visit: Visit, calendar: WorkingCalendar) -> Stay:
    step = file.workflow.steps[visit.step]
    is_mine = visit.holder == staff.person.code
    here = Place(desks=(visit.desk,), roles=step.roles)
    sits_here = visit.has_arrived and staff.may(Action.CLAIM, here)
    is_free = not visit.is_held_against(staff.person.code, staff.at)
    in_hand = is_mine or (visit.holder is None and step.waits_for == "applicant")
    decisions = sayable(staff, file, visit) if in_hand else ()
    may_release = visit.has_arrived and staff.may(Action.RELEASE, here)
    return Stay(
        visit=visit,
        has_lapsed=visit.holder is not None and not is_mine and is_free,
        has_limit=has_limit(step, visit.desk),
        left=stay_left(step, visit, calendar, staff.at),
        trouble=trouble_of(visit),
        may_retry=may_release and visit.needs_attention,
        reassigns_to=reassignable(step, visit) if may_release else (),
        holder_name=file.names.get(visit.holder, visit.holder) if visit.holder is not None else None,
        is_mine=is_mine,
        may_take=sits_here and not is_mine and is_free and not decisions,
        may_release=visit.has_arrived and visit.holder is not None and (is_mine or may_release),
        may_report=_may_report(file, visit, staff) and sits_here,
        decisions=decisions,
        unmet=tuple(file.unmet(visit).values()) if decisions else (),
    )


def _may_report(file: ApplicationFile, visit: Visit, staff: Staff) -> bool:
    """Whether it is time to say that something is in the way; what stands still is not over."""
    is_over = file.paused is None and has_limit(file.workflow.steps[visit.step], visit.desk) and staff.at > visit.due_at
    return visit.obstacle_at is None and not is_over


def _masked(who: Particulars, workflow: Workflow) -> Particulars:
    """As every page shows it; the whole of it is revealed for a reason, and the log knows."""
    answers = {
        code: masked(workflow.form[code], answer) if code in workflow.form else answer
        for code, answer in who.answers.items()
    }
    return replace(who, nik=masked_nik(who.nik), phone=masked_phone(who.phone), answers=answers)


def _resumable_until(staff: Staff, file: ApplicationFile) -> datetime | None:
    until = resumable_until(file.workflow, file.application)
    how = resume_of(file.workflow, file.application)
    if how is None or until is None or staff.at > until:
        return None
    step = file.workflow.steps[how.to]
    return until if staff.may(Action.DECIDE, Place(desks=step.desks, roles=step.roles)) else None


def _resumes_at(staff: Staff, file: ApplicationFile) -> tuple[str, ...]:
    how = resume_of(file.workflow, file.application)
    step = file.workflow.steps[how.to] if how is not None else None
    if step is None or len(step.desks) == 1 or step.join is not None or step.desk_by:
        return ()
    return tuple(desk for desk in step.desks if staff.may(Action.DECIDE, Place(desks=(desk,), roles=step.roles)))


def _withdraws_at(staff: Staff, file: ApplicationFile) -> str | None:
    step = file.workflow.steps.get(file.application.step)
    has_own_words = step is not None and any(
        rule.to in file.workflow.ends and file.workflow.ends[rule.to].outcome is Outcome.WITHDRAWN
        for rule in step.decisions.values()
    )
    # Where the step itself offers it, a second way to say the same would only puzzle.
    if not file.can_be_withdrawn or has_own_words:
        return None
    intake = file.workflow.steps[file.workflow.intake[0]]
    for desk in intake.desks:
        if staff.may(Action.WITHDRAW, Place(desks=(desk,), roles=intake.roles)):
            return desk
    return None
