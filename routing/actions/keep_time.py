"""Time passes: whoever is to be warned is told, what was waited for in vain lapses, and what the law deems is deemed.

Safe to run twice, at once, after days of silence and with a clock that jumps: everything is asked again under the
lock, and what was told is never told anew. Transactions are short, so that no desk waits for the clock.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from routing.domain.application import Application
from routing.domain.errors import DatabaseAway
from routing.domain.ledger import Interval
from routing.domain.time_passing import PUT_OFF, Passing, takes_words
from routing.domain.visits import Visit
from routing.office import Office
from routing.storage.clock_rounds import BEGINNING, Place
from routing.storage.transaction import Transaction

#: Applications looked for at once.
MOST_AT_ONCE = 200
#: Applications that one transaction holds.
_IN_A_TRANSACTION = 20

_log = logging.getLogger(__name__)


@dataclass(slots=True)
class Kept:
    """What a round of the clock came to."""

    #: applications that were looked at
    looked: int = 0
    #: moves that were made
    moves: int = 0
    #: what was refused or went wrong, and is tried again later
    put_off: int = 0


def keep_time(office: Office, most: int = MOST_AT_ONCE) -> Kept:
    """Everything that is due by now, each application in its turn; ``most``: how many are looked for at once."""
    kept = Kept()
    for places in _found(office, most):
        ids = list(dict.fromkeys(application_id for _, application_id, _ in places))
        for start in range(0, len(ids), _IN_A_TRANSACTION):
            _bundle(office, ids[start : start + _IN_A_TRANSACTION], kept)
    if kept.moves or kept.put_off:
        said = {"action": "keep time", "count": kept.looked, "moves": kept.moves, "put_off": kept.put_off}
        _log.info("kept time", extra=said)
    return kept


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
        for application in tx.rounds.lock([application_id]):
            is_due = application.wake_at is not None and application.wake_at < later
            visits = tx.open_visits(application_id)
            due = {one.no: later for one in visits if one.warn_at is not None and one.warn_at < later}
            tx.rounds.put_off(application, later if is_due else application.wake_at, due)


def _look_at(office: Office, ids: Sequence[int], kept: Kept) -> None:
    done = Kept()
    with office.transaction() as tx:
        applications = tx.rounds.lock(ids)
        found = [one.id for one in applications]
        open_visits, ledgers = tx.open_visits(*found), tx.ledgers(*found)
        for application in applications:
            here = [visit for visit in open_visits if visit.application_id == application.id]
            _pass(office, tx, application, here, ledgers[application.id], done)
    kept.looked += done.looked
    kept.moves += done.moves
    kept.put_off += done.put_off


def _pass(
    office: Office,
    tx: Transaction,
    application: Application,
    open_visits: Sequence[Visit],
    ledger: Sequence[Interval],
    done: Kept,
) -> None:
    """What is due of one (locked) application; what was done while it was looked for is seen now."""
    at = office.now()
    book = office.book_of(application, tx)
    words = takes_words(book, application, open_visits, at)
    passing = Passing(
        book,
        application,
        open_visits,
        ledger=ledger,
        given=tx.notices_given(application),
        at=at,
        digest_key=tx.digest_key(application) if words and application.erased_at is None else b"",
        past=tx.closed_visits(application) if words else (),
    )
    done.looked += 1
    for move in passing.moves():
        tx.record(move)
        done.moves += 1
    tx.rounds.put_off(passing.application, *passing.looks())
    for refusal in passing.refusals:
        said = {"action": "keep time", "number": application.number, "refusal": refusal.code}
        _log.warning("the clock was refused", extra=said)
        done.put_off += 1
