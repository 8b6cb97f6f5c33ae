"""Cases of the past walk through the engine: the same rules and the same pen, with the times of their log.

Only applications of a service that was derived from a log can be given a time; nobody can back-date a decision of
the office's own. Many cases' moves are written in one transaction, each case's one at a time.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from routing.domain.application import Application, Submission
from routing.domain.decision import Decision
from routing.domain.errors import AlreadyThere, Refusal, UnknownApplication
from routing.domain.imported_log import Cast, ImportedMove
from routing.domain.intake import submit
from routing.domain.move import Move
from routing.domain.moves import decide
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """The office, ready for a log."""

    #: by account code
    people: Mapping[str, Person]
    #: whether there are desks now that no worker can know of yet
    brought_desks: bool


def prepare_import(office: Office, cast: Cast) -> Prepared:
    """Publishes the route and opens the accounts (which can never sign in).

    Doing it again changes nothing but what is new in the log. Raises AlreadyThere where the service is the office's
    own, so that a log cannot replace a real route.
    """
    service, source = cast.workflow.service, cast.workflow.imported_from
    now = office.now()
    with office.transaction() as tx:
        current = tx.published.in_force().get(service)
        if current is not None and office.rule_book(current, tx).workflow.imported_from != source:
            raise AlreadyThere(thing="Service", name=service)
        known_desks = tx.published.desk_codes()
        tx.published.put_units(cast.units)
        tx.published.put_roles(cast.roles)
        tx.published.put_desks(cast.desks)
        tx.published.publish(cast.workflow, by="import", at=now)
        for code, held in cast.people.items():
            person = tx.people.with_code(code, source)
            person_id = person.id if person else tx.people.insert(code=code, name=code, source=source, at=now)
            already = person.assignments if person is not None else ()
            tx.people.assign(person_id, [one for one in held if one not in already])
        people = {code: tx.people.account(code, source) for code in cast.people}
    return Prepared(people=people, brought_desks=any(desk.code not in known_desks for desk in cast.desks))


def import_moves(
    office: Office,
    book: RuleBook,
    batch: Sequence[ImportedMove],
    *,
    numbers: Mapping[str, str],
    people: Mapping[str, Person],
) -> list[Application | Refusal]:
    """What became of each move, in order: the application after it, or why it was refused (and not written).

    ``numbers``: the application number of every case that is already submitted. A case stands in a batch once.
    """
    results: list[Application | Refusal] = []
    with office.transaction() as tx:
        told = _Batch(office, tx, book, [numbers[imported.case] for imported in batch if imported.case in numbers])
        for imported in batch:
            person = people[imported.actor]
            try:
                if isinstance(imported.said, Submission):
                    results.append(told.submit(imported, imported.said, person))
                else:
                    results.append(told.decide(imported, imported.said, person, numbers.get(imported.case)))
            except Refusal as refusal:
                # Nothing of a refused move is written; the others of the batch go on.
                results.append(refusal)
        told.write()
    return results


def submission_key(service: str, case: str | None) -> str:
    """What makes a case the same case in a second run."""
    return f"import:{service}:{case}"


class _Batch:
    """The moves of one transaction: worked out one by one, written all at once.

    Reading and writing move by move, the ways to the server and back are most of the time (measured on PostgreSQL:
    230 moves/s instead of 480).
    """

    def __init__(self, office: Office, tx: Transaction, book: RuleBook, numbers: Sequence[str]) -> None:
        self._office, self._tx, self._book = office, tx, book
        self._moves: list[Move] = []
        self._keys: dict[int, str] = {}
        known = tx.applications_numbered(numbers)
        self._applications = {application.number: application for application in known}
        self._visits: dict[int, list[Visit]] = defaultdict(list)
        self._ledgers = tx.ledgers(*(application.id for application in known))
        for visit in tx.open_visits(*(application.id for application in known)):
            self._visits[visit.application_id].append(visit)

    def submit(self, imported: ImportedMove, said: Submission, person: Person) -> Application:
        """The new application; the one there is, if the case is in already. Raises what ``intake.submit`` raises."""
        service = self._book.workflow.service
        key = submission_key(service, said.imported_case)
        known = self._tx.submitted_as(key)
        if known is not None:
            return known
        identity = self._office.new_identity(service, self._tx.published.next_number(service), imported.at)
        move = submit(self._book, said, person=person, identity=identity, at=imported.at)
        self._keys[move.after.id] = key
        self._moves.append(move)
        return move.after

    def decide(self, imported: ImportedMove, said: Decision, person: Person, number: str | None) -> Application:
        """The application after it. Raises UnknownApplication, AlreadyThere and what ``moves.decide`` raises."""
        application = self._applications.get(number or imported.case)
        if application is None:
            raise UnknownApplication(number=number or imported.case)
        if application.imported_case is None:
            raise AlreadyThere(thing="Application", name=application.number)
        move = decide(
            self._office.book_of(application, self._tx),
            application,
            self._visits[application.id],
            said,
            person=person,
            at=imported.at,
            digest_key=b"",
            ledger=self._ledgers[application.id],
        )
        self._moves.append(move)
        return move.after

    def write(self) -> None:
        """Gives the moves to the pen."""
        self._tx.record_all(self._moves, self._keys)
