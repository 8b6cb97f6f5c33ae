"""Time passes: whoever is to be warned is told, what was waited for in vain lapses, and what the law deems is deemed.

Safe to run twice, at once, after days of silence and with a clock that jumps: everything is asked again under the
lock, and what was told is never told anew. Transactions are short, so that no desk waits for the clock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest

from routing.domain.errors import DatabaseAway
from routing.domain.time_passing import BEGINNING, PUT_OFF, Passing, Place, takes_words
from routing.domain.visits import Visit
from routing.office import Office
from routing.storage.transaction import Transaction

#: Applications looked for at once.
MOST_AT_ONCE = 200
#: Applications that one transaction holds.
_IN_A_TRANSACTION = 20

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Kept:
    """What a round of the clock, or a part of it, came to."""

    #: applications that were looked at
    looked: int = 0
    #: moves that were made
    moves: int = 0
    #: what was refused or went wrong, and is tried again later
    put_off: int = 0


def keep_time(office: Office, most: int = MOST_AT_ONCE) -> Kept:
    """Everything that is due by now, each application in its turn; ``most``: how many are looked for at once."""
    kept = Kept()
    for some in keep_time_by_and_by(office, most):
        kept.looked += some.looked
        kept.moves += some.moves
        kept.put_off += some.put_off
    return kept


def keep_time_by_and_by(office: Office, most: int = MOST_AT_ONCE) -> Iterator[Kept]:
    """The same, so many at a time: whoever has to stop stops, and what is left is found again by the next round."""
    for places in _found(office, most):
        kept = Kept()
        ids = list(dict.fromkeys(application_id for _, application_id, _ in places))
        for start in range(0, len(ids), _IN_A_TRANSACTION):
            _bundle(office, ids[start : start + _IN_A_TRANSACTION], kept)
        if kept.moves or kept.put_off:
            said = {"action": "keep time", "count": kept.looked, "moves": kept.moves, "put_off": kept.put_off}
            _log.info("kept time", extra=said)
        yield kept


def _found(office: Office, most: int) -> Iterator[list[Place]]:
    """What is due, bundle by bundle: applications, then visits. Whatever is done meanwhile, none comes twice."""
    now = office.now()
    for of_visits in (False, True):
        after = BEGINNING
        while True:
            with office.reading() as connection:
                rounds = Transaction(connection).rounds
                ask = rounds.due_visits if of_visits else rounds.due_applications
                places = ask(now=now, after=after, most=most)
            if places:
                yield places
            if len(places) < most:
                break
            after = places[-1]


def _bundle(office: Office, ids: Sequence[int], kept: Kept) -> None:
    try:
        _look_at(office, ids, kept)
    except DatabaseAway:
        # Trying each alone would only wait as often; the next round finds them again.
        raise
    except Exception:  # noqa: BLE001 - each is tried alone next, and what is wrong with it is said there
        _log.warning("a bundle did not go through; each is tried alone", exc_info=True, extra={"action": "keep time"})
        for one in ids:
            _alone(office, one, kept)


def _alone(office: Office, application_id: int, kept: Kept) -> None:
    """One sick application holds up no other, and is not tried again at once."""
    try:
        _look_at(office, [application_id], kept)
    except DatabaseAway:
        raise
    except Exception:  # noqa: BLE001 - it is logged whole, and the others wait for their turn
        said = {"action": "keep time", "application": application_id}
        _log.exception("the clock can do nothing with an application", extra=said)
        _put_off(office, application_id)
        kept.put_off += 1


def _put_off(office: Office, application_id: int) -> None:
    """Whatever the clock would look at by then, it looks at then."""
    with office.transaction() as tx:
        later = office.now() + PUT_OFF
        for application in tx.free_applications([application_id]):
            is_due = application.wake_at is not None and application.wake_at < later
            visits = [one for one in tx.open_visits(application_id) if one.warn_at is not None and one.warn_at < later]
            tx.rounds.put_off(
                {application_id: later} if is_due else {}, {(application_id, one.no): later for one in visits}
            )


def _look_at(office: Office, ids: Sequence[int], kept: Kept) -> None:
    with office.transaction() as tx:
        passings = _passings(office, tx, ids)
        of_each = [list(one.moves()) for one in passings]
        # The first move of each, then the second of each: every table is written in one go, and in the right order.
        for together in zip_longest(*of_each):
            tx.record_all([move for move in together if move is not None])
        wake: dict[int, datetime | None] = {}
        warn: dict[tuple[int, int], datetime | None] = {}
        for passing in passings:
            wake_at, visits = passing.looks()
            if wake_at != passing.application.wake_at:
                wake[passing.application.id] = wake_at
            warn |= {(passing.application.id, no): at for no, at in visits.items()}
        tx.rounds.put_off(wake, warn)
    kept.looked += len(passings)
    kept.moves += sum(map(len, of_each))
    for passing in passings:
        for refusal in passing.refusals:
            said = {"action": "keep time", "number": passing.application.number, "refusal": refusal.code}
            _log.warning("the clock was refused", extra=said)
            kept.put_off += 1


def _passings(office: Office, tx: Transaction, ids: Sequence[int]) -> list[Passing]:
    """These applications, locked, as they stand now: what was done while they were looked for is seen."""
    applications = tx.free_applications(ids)
    found = [one.id for one in applications]
    open_visits: dict[int, list[Visit]] = {one: [] for one in found}
    for visit in tx.open_visits(*found):
        open_visits[visit.application_id].append(visit)
    ledgers, given = tx.ledgers(*found), tx.notices_given(*found)
    at = office.now()
    passings = []
    for application in applications:
        book, here = office.book_of(application, tx), open_visits[application.id]
        words = takes_words(book, application, here, at)
        passings.append(
            Passing(
                book,
                application,
                here,
                ledger=ledgers[application.id],
                given=given[application.id],
                at=at,
                digest_key=tx.digest_key(application) if words and application.erased_at is None else b"",
                past=tx.closed_visits(application) if words else (),
            )
        )
    return passings
