"""A case of the past walks through the engine: the same rules and the same pen, with the times of its log.

Only applications of a service that was derived from a log can be given a time; nobody can back-date a decision of
the office's own.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from routing.domain import moves
from routing.domain.application import Application, Identity, Submission
from routing.domain.desks import Desk, Role, Unit
from routing.domain.errors import Fault
from routing.domain.identifiers import application_number, tracking_code
from routing.domain.moves import Decision
from routing.domain.people import Assignment
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everything a log needs before its first case: the route, the desks, and the people with their roles."""

    workflow: Workflow
    units: tuple[Unit, ...]
    desks: tuple[Desk, ...]
    roles: tuple[Role, ...]
    #: account code, as the log names it -> what it does there
    people: Mapping[str, Sequence[Assignment]]


def prepare_import(office: Office, cast: Cast) -> dict[str, int]:
    """Publishes the route and opens the accounts (which can never sign in); gives each account's id.

    Doing it again changes nothing but what is new in the log.
    """
    source = cast.workflow.imported_from
    now = office.now()
    ids: dict[str, int] = {}
    with office.transaction() as tx:
        tx.published.put_units(cast.units)
        tx.published.put_roles(cast.roles)
        tx.published.put_desks(cast.desks)
        tx.published.publish(cast.workflow, by="import", at=now)
        for code, held in cast.people.items():
            person = tx.people.with_code(code, source)
            known = person.assignments if person is not None else ()
            ids[code] = person.id if person else tx.people.insert(code=code, name=code, source=source, at=now)
            tx.people.assign(ids[code], [one for one in held if one not in known])
    return ids


def import_submission(
    office: Office, book: RuleBook, submission: Submission, *, person_id: int, at: datetime
) -> Application:
    """The case's first event; the case that is already there, if it is."""
    service = book.workflow.service
    key = submission_key(service, submission.imported_case)
    with office.transaction() as tx:
        known = tx.submitted_as(key)
        if known is not None:
            return known
        year = at.astimezone(office.time_zone).year
        identity = Identity(
            id=office.new_id(),
            number=application_number(service, year, tx.published.next_number(service)),
            tracking_code=tracking_code(secrets.randbits(40)),
            digest_key=secrets.token_bytes(32),
        )
        person = tx.people.with_id(person_id)
        move = moves.submit(book, submission, person=person, identity=identity, at=at)
        tx.record(move, submission_key=key)
        return move.after


def import_decision(office: Office, number: str, said: Decision, *, person_id: int, at: datetime) -> Application:
    """One event of a case, at the log's own time. Raises what ``moves.decide`` raises."""
    with office.transaction() as tx:
        application = tx.application(number)
        if application.imported_case is None:
            message = f"Application {number} is not imported: its decisions carry the office's own time."
            raise Fault(message)
        move = moves.decide(
            office.rule_book(application.workflow),
            application,
            tx.open_visits(application.id),
            said,
            person=tx.people.with_id(person_id),
            at=at,
            digest_key=b"",
        )
        tx.record(move)
        return move.after


def submission_key(service: str, case: str | None) -> str:
    """What makes a case the same case in a second run."""
    return f"import:{service}:{case}"
