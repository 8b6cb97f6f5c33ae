"""A desk where a program decides: how often it tries, when it gives up, and what an operator can do then.

An attempt is counted before the work (``begun``), so that a program that takes its process down with it is not tried
for ever. Trying is bookkeeping, not a move; giving up and being told to try again are moves, each with its entry.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from routing.domain.acting import acting_facts
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.errors import Kind, NotAtThisDesk, Refusal
from routing.domain.ledger import Interval
from routing.domain.move import Move
from routing.domain.moves import Voice, by_program, carry_out
from routing.domain.people import Action, Person, Place, require
from routing.domain.preconditions import require_not_own
from routing.domain.state_machine import RuleBook
from routing.domain.stays import at_the_visit
from routing.domain.visits import Trouble, Visit

#: After so many attempts in vain somebody has to look.
MOST_ATTEMPTS = 5
#: No attempt takes longer; another is not begun before.
LONGEST_WORK = timedelta(seconds=60)
#: A program that was rung for and has not begun is rung for again after this.
RING_LEASE = timedelta(seconds=10)
_LONGEST_PAUSE = timedelta(hours=1)


class NotStuck(Refusal):
    """Application {number} is not waiting for help at {desk}: the program there has not given up. Open it again."""

    code = "not_stuck"
    kind = Kind.STALE


@dataclass(frozen=True, slots=True, kw_only=True)
class NotYet:
    """The program's answer when there is nothing to decide so far: it asks again after this."""

    again_after: timedelta


def is_programs_turn(visit: Visit, at: datetime) -> bool:
    """Whether the program may decide it: it is here, nobody holds it, and nobody was called for help."""
    is_here = visit.is_open and visit.has_arrived and visit.act_at is not None
    return is_here and not visit.is_held_against("", at)


def may_begin(visit: Visit, *, at: datetime) -> bool:
    """Whether an attempt may begin: not while another is under way, nor during the pause after one.

    A ring puts ``act_at`` off by its lease; twice that, because the clocks of relay and worker are not one.
    """
    return is_programs_turn(visit, at) and visit.act_at is not None and visit.act_at <= at + 2 * RING_LEASE


def begun(visit: Visit, *, at: datetime) -> Visit:
    """One more attempt, counted; the next one not before this one must have ended."""
    return replace(visit, attempts=visit.attempts + 1, act_at=at + LONGEST_WORK)


def put_off(visit: Visit, answer: NotYet, *, at: datetime) -> Visit:
    """Nothing was wrong, there is only nothing to decide yet: the attempts start anew."""
    return replace(visit, attempts=0, trouble=None, act_at=at + answer.again_after)


def failed(visit: Visit, trouble: Trouble, *, at: datetime, pause: timedelta) -> Visit:
    """An attempt in vain; the pause doubles with each."""
    wait = min(pause * 2.0 ** max(visit.attempts - 1, 0), _LONGEST_PAUSE)
    return replace(visit, trouble=trouble, act_at=at + wait)


def give_up(application: Application, visit: Visit, trouble: Trouble, *, by: str, at: datetime) -> Move:
    """The program calls for help; the entry names the cause by its code."""
    stuck = replace(visit, trouble=trouble, act_at=None, needs_attention=True)
    facts = {"cause": trouble.code, "attempts": visit.attempts}
    return at_the_visit(application, stuck, "stuck", actor=by, at=at, facts=facts)


def retry(book: RuleBook, application: Application, visit: Visit, *, person: Person, at: datetime) -> Move:
    """An operator lets the program try again. Raises NotAllowed, NotStuck."""
    step = book.workflow.steps[visit.step]
    held = require(person, Action.RELEASE, Place(desks=(visit.desk,), roles=step.roles), at)
    require_not_own(person, application.applicant_index, application.number)
    if not visit.needs_attention:
        raise NotStuck(number=application.number, desk=visit.desk)
    anew = replace(visit, attempts=0, needs_attention=False, act_at=at, holder=None, claimed_at=None, lease_until=None)
    facts = {"role": held.role, **acting_facts(held.acting)}
    return at_the_visit(application, anew, "retried", actor=person.code, at=at, facts=facts)


def decide_by_program(
    book: RuleBook,
    application: Application,
    open_visits: Sequence[Visit],
    said: Decision,
    *,
    at: datetime,
    digest_key: bytes,
    ledger: Sequence[Interval] = (),
) -> Move:
    """What the program of the visit's step says. Raises NotAtThisDesk where it is not its turn (any more)."""
    visit = next((one for one in open_visits if one.no == said.visit), None)
    program = book.workflow.steps[visit.step].automatic if visit is not None else None
    if visit is None or program is None or not is_programs_turn(visit, at):
        raise NotAtThisDesk(number=application.number, desks=", ".join(one.desk for one in open_visits) or "-")
    voice: Voice = by_program(program, at, digest_key)
    return carry_out(book, application, open_visits, visit, said, voice, ledger=ledger)
