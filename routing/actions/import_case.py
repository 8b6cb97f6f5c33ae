"""Cases of the past walk through the engine: the same rules and the same pen, with the times of their log.

Only applications of a service that was derived from a log can be given a time; nobody can back-date a decision of
the office's own. Many cases' moves are written in one transaction, each case's one at a time.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence

from routing.domain import moves
from routing.domain.application import Application, Identity, Submission
from routing.domain.errors import AlreadyThere, Refusal
from routing.domain.identifiers import application_number, tracking_code
from routing.domain.imported_log import Cast, ImportedMove
from routing.domain.move import Move
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.office import Office
from routing.storage.transaction import Transaction


def prepare_import(office: Office, cast: Cast) -> dict[str, Person]:
    """Publishes the route and opens the accounts (which can never sign in); gives the people by account code.

    Doing it again changes nothing but what is new in the log. Raises AlreadyThere where the service is the office's
    own, so that a log cannot replace a real route.
    """
    service, source = cast.workflow.service, cast.workflow.imported_from
    now = office.now()
    with office.transaction() as tx:
        current = tx.published.in_force().get(service)
        if current is not None and office.rule_book(current).workflow.imported_from != source:
            raise AlreadyThere(thing="Service", name=service)
        tx.published.put_units(cast.units)
        tx.published.put_roles(cast.roles)
        tx.published.put_desks(cast.desks)
        tx.published.publish(cast.workflow, by="import", at=now)
        for code, held in cast.people.items():
            person = tx.people.with_code(code, source)
            person_id = person.id if person else tx.people.insert(code=code, name=code, source=source, at=now)
            known = person.assignments if person is not None else ()
            tx.people.assign(person_id, [one for one in held if one not in known])
        return {code: tx.people.account(code, source) for code in cast.people}


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
        for imported in batch:
            person = people[imported.actor]
            try:
                if isinstance(imported.said, Submission):
                    results.append(_submit(office, tx, book, imported.said, imported, person))
                else:
                    move = _decided(office, tx, numbers[imported.case], imported.said, imported, person)
                    tx.record(move)
                    results.append(move.after)
            except Refusal as refusal:
                # Nothing of a refused move has been written; the others of the batch go on.
                results.append(refusal)
    return results


def submission_key(service: str, case: str | None) -> str:
    """What makes a case the same case in a second run."""
    return f"import:{service}:{case}"


def _submit(
    office: Office, tx: Transaction, book: RuleBook, said: Submission, imported: ImportedMove, person: Person
) -> Application:
    service = book.workflow.service
    key = submission_key(service, said.imported_case)
    known = tx.submitted_as(key)
    if known is not None:
        return known
    year = imported.at.astimezone(office.time_zone).year
    identity = Identity(
        id=office.new_id(),
        number=application_number(service, year, tx.published.next_number(service)),
        tracking_code=tracking_code(secrets.randbits(40)),
        digest_key=secrets.token_bytes(32),
    )
    move = moves.submit(book, said, person=person, identity=identity, at=imported.at)
    tx.record(move, submission_key=key)
    return move.after


def _decided(
    office: Office, tx: Transaction, number: str, said: moves.Decision, imported: ImportedMove, person: Person
) -> Move:
    application = tx.application(number)
    if application.imported_case is None:
        raise AlreadyThere(thing="Application", name=number)
    return moves.decide(
        office.rule_book(application.workflow),
        application,
        tx.open_visits(application.id),
        said,
        person=person,
        at=imported.at,
        digest_key=b"",
    )
