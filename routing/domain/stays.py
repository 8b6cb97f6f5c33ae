"""What happens to a visit between two decisions: the document arrives, is claimed, is released, goes to another desk.

None of these changes the step the application is at. What an automatic desk does is ``automatic_desks``'s.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.countable_days import end_of
from routing.domain.due_dates import counts_from, due_at, due_without_pause, given_back, limited, unwarned
from routing.domain.errors import DeskNotOffered, StillOnItsWay
from routing.domain.ledger import Interval, received_on
from routing.domain.move import Move, chained, entry_of, recalls
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import require_in_hand, require_not_own
from routing.domain.sending import sent_to
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Step

#: The actor of moves no person makes.
COURIER = "auto.courier"


def arrive(
    book: RuleBook, application: Application, visit: Visit, *, now: datetime, ledger: Sequence[Interval] = ()
) -> Move:
    """The document has arrived. A case imported from the past arrives when it was sent.

    ``ledger``: where it was long on its way, and may stand still because somebody granted that.
    """
    at = visit.sent_at if application.imported_case is not None else now
    step = book.workflow.steps[visit.step]
    here = replace(visit, arrived_at=at, act_at=_program_acts_at(step, visit, at))
    if counts_from(here) != visit.sent_at:
        # The desk is charged with the time the file lies with it, not with the courier's.
        is_passed_on = step.deadline is not None and not _counts_from_its_sending(book, step, visit, ledger)
        here = _later(book, step, here, ledger) if is_passed_on else limited(step, here, book.calendar, ledger)
    return at_the_visit(application, here, "arrived", actor=COURIER, at=at)


def claim(
    book: RuleBook, application: Application, visit: Visit, *, person: Person, at: datetime, lease: timedelta
) -> Move | None:
    """The person takes the document for the time of the lease; None: they hold it already, and for long enough.

    Who holds it and takes it again when less than half of the lease is left holds it anew. A lease of somebody else
    that has lapsed is no obstacle, and the entry tells of it.
    Raises NotAllowed, OwnApplication, StillOnItsWay, HeldByAnother.
    """
    step = book.workflow.steps[visit.step]
    held = require(person, Action.CLAIM, Place(desks=(visit.desk,), roles=step.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    require_in_hand(application, visit, person, at)
    is_mine = visit.holder == person.code
    if is_mine and (visit.lease_until is None or visit.lease_until - at > lease / 2):
        return None
    # Whoever forgets a document they took out of a program's hands gives it back to the program with their lease.
    act_at = at + lease if _program_acts_at(step, visit, at) is not None else None
    taken = replace(visit, holder=person.code, claimed_at=at, lease_until=at + lease, act_at=act_at)
    lapsed = visit.holder if not is_mine else None
    facts = {"role": held.role, **acting_facts(held.acting), "lapsed": lapsed}
    return at_the_visit(application, taken, "claimed", actor=person.code, at=at, facts=facts)


def release(book: RuleBook, application: Application, visit: Visit, *, person: Person, at: datetime) -> Move | None:
    """The document goes back to the desk's queue; None: nobody holds it.

    The holder gives it back; a colleague who could take it there, or a manager, takes it from a holder who is away.
    Raises StillOnItsWay, NotAllowed.
    """
    if not visit.has_arrived:
        raise StillOnItsWay(number=application.number, desk=visit.desk)
    if visit.holder is None:
        return None
    facts: dict[str, object] = {"holder": visit.holder}
    step = book.workflow.steps[visit.step]
    if visit.holder != person.code:
        held = require(person, Action.RELEASE, Place(desks=(visit.desk,), roles=step.roles), at)
        facts |= {"role": held.role, **acting_facts(held.acting)}
    back = replace(visit, holder=None, claimed_at=None, lease_until=None)
    back = replace(back, act_at=_program_acts_at(step, back, at))
    return at_the_visit(application, back, "released", actor=person.code, at=at, facts=facts)


def reassign(
    book: RuleBook,
    application: Application,
    visit: Visit,
    *,
    desk: str,
    person: Person,
    at: datetime,
    ledger: Sequence[Interval] = (),
) -> Move:
    """The document goes from this desk to another where the same step can be done.

    By whoever may release it there. Raises NotAllowed, DeskNotOffered.
    """
    step = book.workflow.steps[visit.step]
    held = require(person, Action.RELEASE, Place(desks=(visit.desk,), roles=step.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    offered = reassignable(step, visit)
    if desk not in offered:
        raise DeskNotOffered(step=step.label.id, desk=desk, desks=", ".join(offered) or "-")
    origin = (visit.origin_step, visit.origin_desk)
    if step.join is not None:
        spoken_for = visit.origin_desk or visit.desk
        origin = (None, spoken_for if desk != spoken_for else None)
    sent = sent_to(book, application, visit.step, desk, at=at, origin=origin)
    if step.deadline is not None:
        # The applicant's time does not begin anew at another counter.
        # What stood still until the day from which the next visit counts, that visit knows nothing of.
        calendar = book.calendar
        counted = end_of(received_on(calendar.working, calendar, at), calendar.time_zone)
        due = due_without_pause(step, visit, calendar, ledger, counted)
        sent = replace(sent, due_at=due, warn_at=due)
    (sent,) = unwarned((sent,), ledger)
    facts = {"visit": visit.no, "step": visit.step, "role": held.role, **acting_facts(held.acting),
             "sent": [{"visit": sent.no, "step": sent.step, "desk": sent.desk}]}  # fmt: skip
    entry = entry_of(application, at=at, kind="reassigned", desk=visit.desk, actor=person.code, facts=facts)
    recalled, entries = recalls(chained(application, entry), (visit,), actor=person.code, at=at)
    after = replace(
        chained(application, entries[-1]),
        version=application.version + 1,
        visit_count=sent.no,
        changed_at=at,
    )
    return Move(at=at, before=application, after=after, visits=(*recalled, sent), entries=(entry, *entries))


def reassignable(step: Step, visit: Visit) -> tuple[str, ...]:
    """The desks a document at this visit can be passed on to."""
    desks = step.every_desk
    if step.join is not None:
        # Every desk is asked for an opinion of its own; only a stand-in can give it instead, and can pass that back.
        desks = (*([visit.origin_desk] if visit.origin_desk is not None else []), *step.stand_in)
    return tuple(desk for desk in desks if desk != visit.desk)


def at_the_visit(
    application: Application,
    visit: Visit,
    kind: str,
    *,
    actor: str,
    at: datetime,
    facts: Mapping[str, object] | None = None,
) -> Move:
    """A move that changes one visit and leaves the application where it is."""
    said = {"visit": visit.no, "step": visit.step, **(facts or {})}
    entry = entry_of(application, at=at, kind=kind, desk=visit.desk, actor=actor, facts=said)
    after = replace(
        application, entry_count=entry.seq, chain_head=entry.hash, version=application.version + 1, changed_at=at
    )
    changed = replace(visit, version=after.version)
    return Move(at=at, before=application, after=after, visits=(changed,), entries=(entry,))


def _counts_from_its_sending(book: RuleBook, step: Step, visit: Visit, ledger: Sequence[Interval]) -> bool:
    """Whether the applicant's time began with this visit; passed on, it began at another counter."""
    return due_at(step, visit.desk, visit.sent_at, book.calendar, ledger) == visit.due_at


def _later(book: RuleBook, step: Step, visit: Visit, ledger: Sequence[Interval]) -> Visit:
    """The applicant's time goes on, later by the days the document was on its way; it does not begin anew."""
    on_its_way = (visit.sent_at, visit.arrived_at or visit.sent_at)
    due = given_back(step, visit.desk, visit.sent_at, visit.due_at, paused=on_its_way, calendar=book.calendar)
    (later,) = unwarned((replace(visit, due_at=due, warn_at=due),), ledger)
    return later


def _program_acts_at(step: Step, visit: Visit, at: datetime) -> datetime | None:
    """At once, where a program decides and has not given up; a stand-in's desk is people's."""
    is_programs = step.automatic is not None and visit.desk in step.desks
    return at if is_programs and not visit.needs_attention else None
