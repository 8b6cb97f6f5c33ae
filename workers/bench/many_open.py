"""A hundred thousand open applications, as a measurement needs them: true rows with true chains, made fast.

Each is a submission and an arrival by the office's own rules, written by its own pen; only nobody waits for the
hand-offs in between, and nobody applies.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from routing.domain.application import Identity, Submission
from routing.domain.identifiers import application_number, tracking_code
from routing.domain.intake import submit
from routing.domain.move import Move
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.domain.stays import arrive
from routing.office import Office
from workers.bench.ground import SERVICE

_AT_ONCE = 500
#: Over so many days before now they came in.
_DAYS = 4


def fill(office: Office, count: int, *, person_id: int) -> Iterator[list[str]]:
    """Registers so many, by that clerk; their numbers, as they are written. All lie at the first desk."""
    book, now = office.book_in_force(SERVICE), office.now()
    with office.transaction() as tx:
        clerk = _long_here(tx.people.with_id(person_id), now - 2 * timedelta(days=_DAYS))
    papers = tuple(code for code, need in book.workflow.requirements.items() if need.required)
    said = Submission(desk="loket-pendaftaran", decision="accept", papers=papers)
    for first in range(1, count + 1, _AT_ONCE):
        moves = [
            _registered(book, said, clerk, one, now - timedelta(days=_DAYS) * (1 - one / (count + 1)))
            for one in range(first, min(first + _AT_ONCE, count + 1))
        ]
        with office.transaction() as tx:
            tx.record_all(moves)
        yield [move.after.number for move in moves]


def _long_here(clerk: Person, since: datetime) -> Person:
    """The clerk, in office before the first of them came in."""
    return replace(clerk, assignments=tuple(replace(held, since=since) for held in clerk.assignments))


def _registered(book: RuleBook, said: Submission, clerk: Person, count: int, at: datetime) -> Move:
    """The submission and the arrival at the first desk, as one."""
    identity = Identity(
        id=(int(at.timestamp() * 1000) << 20) | (count & 0xFFFFF),
        number=application_number(SERVICE, at.year, count),
        tracking_code=tracking_code(secrets.randbits(40)),
        digest_key=secrets.token_bytes(32),
    )
    submitted = submit(book, said, person=clerk, identity=identity, at=at)
    closed, sent = submitted.visits
    arrived = arrive(book, submitted.after, sent, now=at)
    return replace(
        submitted,
        after=arrived.after,
        visits=(closed, *arrived.visits),
        entries=(*submitted.entries, *arrived.entries),
    )
