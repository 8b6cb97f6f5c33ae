"""A program at an automatic desk works, fails, gives up; an operator lets it try again.

Each of these is a short transaction; the work itself, which asks systems outside, is done between two of them and
holds no lock. Whose answer comes too late (somebody took the document over meanwhile) changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from routing.domain import automatic_desks
from routing.domain.application import Application, Particulars
from routing.domain.automatic_desks import MOST_ATTEMPTS, NotYet, is_programs_turn
from routing.domain.decision import Decision
from routing.domain.errors import DatabaseAway, NotAtThisDesk, Refusal
from routing.domain.facts import form_facts
from routing.domain.fields import Fact
from routing.domain.program_troubles import ProgramBroke, ProgramTrouble
from routing.domain.visits import HandOffName, Trouble, Visit, visit_named
from routing.domain.workflow import Program
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Matter:
    """What a program is told of the document before it."""

    number: str
    service: str
    #: the same at every attempt: what an outside system knows the request by
    key: str
    who: Particulars | None
    attempt: int
    #: what the form says beside that, by field
    form: Mapping[str, Fact] = field(default_factory=dict)


#: What a program does with a document; raises ProgramTrouble where it cannot say.
Work = Callable[[Matter], Decision | NotYet]


def attend(office: Office, name: HandOffName, work_of: Callable[[Program], Work]) -> Application | None:
    """The application after the program's decision; None: there was nothing to do, or nothing to decide (yet).

    Whatever breaks in the program counts as an attempt in vain, and is raised.
    """
    begun = _begin(office, name)
    if begun is None:
        return None
    program = begun.program
    try:
        answer = work_of(program)(_matter(office, begun))
    except ProgramTrouble as trouble:
        _fail(office, name, program, trouble)
        return None
    except DatabaseAway:
        raise
    except Exception:
        _fail(office, name, program, ProgramBroke())
        raise
    if isinstance(answer, NotYet):
        _put_off(office, name, answer)
        return None
    try:
        return _decide(office, name, answer)
    except NotAtThisDesk:
        return None
    except Refusal as refusal:
        # The route does not know what the program says, for one: nobody but a person can help.
        _fail(office, name, program, refusal)
        return None


def retry(office: Office, number: str, *, visit: int, person_id: int) -> Application:
    """The application, before the program again. Raises UnknownApplication, NotAtThisDesk, NotAllowed, NotStuck."""
    with office.transaction() as tx:
        application = tx.application(number)
        stay = visit_named(application.number, tx.open_visits(application.id), visit)
        book = office.book_of(application, tx)
        person = tx.people.with_id(person_id)
        move = automatic_desks.retry(book, application, stay, person=person, at=office.now())
        tx.record(move)
        return move.after


@dataclass(frozen=True, slots=True, kw_only=True)
class _Begun:
    """An attempt that has been counted."""

    application: Application
    visit: Visit
    program: Program


def _begin(office: Office, name: HandOffName) -> _Begun | None:
    """Counts the attempt; None: it is not the program's turn (any more)."""
    with office.transaction() as tx:
        now = office.now()
        found = _found(tx, name, now)
        if found is None:
            return None
        application, visit = found
        program = office.book_of(application, tx).workflow.steps[visit.step].automatic
        if program is None or not automatic_desks.may_begin(visit, at=now):
            return None
        if visit.attempts >= MOST_ATTEMPTS:
            # The last attempt took its process down with it, so that nobody was left to say so.
            met = Trouble(code=ProgramBroke.code)
            tx.record(automatic_desks.give_up(application, visit, met, by=f"auto.{program}", at=now))
            return None
        counted = automatic_desks.begun(visit, at=now)
        tx.keep_attempt(counted)
        return _Begun(application=application, visit=counted, program=program)


def _matter(office: Office, begun: _Begun) -> Matter:
    application = begun.application
    with office.reading() as connection:
        who = Transaction(connection, office.vault).who_applies(application)
    return Matter(
        number=application.number,
        service=application.service,
        key=f"{application.number}:{begun.visit.no}",
        who=who,
        attempt=begun.visit.attempts,
        form=form_facts(application.facts),
    )


def _decide(office: Office, name: HandOffName, said: Decision) -> Application | None:
    with office.transaction() as tx:
        found = _found(tx, name, office.now())
        if found is None:
            return None
        application, visit = found
        book, at = office.book_of(application, tx), office.now()
        now = tx.up_to_date(book, application, tx.open_visits(application.id), tx.ledger(application), at=at)
        move = automatic_desks.decide_by_program(
            book,
            now.application,
            now.open_visits,
            said if said.visit is not None else replace(said, visit=visit.no),
            at=at,
            digest_key=tx.digest_key(application) if said.reason else b"",
            ledger=now.ledger,
        )
        tx.record(move)
        return move.after


def _fail(office: Office, name: HandOffName, program: Program, trouble: Refusal) -> None:
    is_lasting = not isinstance(trouble, ProgramTrouble) or trouble.is_lasting
    met = Trouble(code=trouble.code, facts={key: _plain(fact) for key, fact in trouble.facts.items()})
    with office.transaction() as tx:
        now = office.now()
        found = _found(tx, name, now)
        if found is None:
            return
        application, visit = found
        if is_lasting or visit.attempts >= MOST_ATTEMPTS:
            tx.record(automatic_desks.give_up(application, visit, met, by=f"auto.{program}", at=now))
        else:
            pause = timedelta(seconds=office.settings.automatic_retry_seconds)
            tx.keep_attempt(automatic_desks.failed(visit, met, at=now, pause=pause))


def _put_off(office: Office, name: HandOffName, answer: NotYet) -> None:
    with office.transaction() as tx:
        now = office.now()
        found = _found(tx, name, now)
        if found is not None:
            tx.keep_attempt(automatic_desks.put_off(found[1], answer, at=now))


def _found(tx: Transaction, name: HandOffName, at: datetime) -> tuple[Application, Visit] | None:
    """The (locked) application and the visit, if it is the program's turn."""
    for application in tx.applications([name[0]]):
        for visit in tx.open_visits(application.id):
            if visit.no == name[1] and is_programs_turn(visit, at):
                return application, visit
    return None


def _plain(fact: object) -> str | int:
    return fact if isinstance(fact, int) else str(fact)[:300]
