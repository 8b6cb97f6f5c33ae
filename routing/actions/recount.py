"""Open applications are counted anew after a change of the working calendar, many in each of many short transactions.

Desks go on deciding meanwhile: an application keeps its calendar until it is recounted under its lock, so a decision
comes before that or after it. Whoever is counted by the newest calendar is done: killed in the middle, or run twice at
once, a recount only goes on with the others. Applications that were stopped keep their calendar; taken up again they
are open, and found.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from routing.domain.application import Application
from routing.domain.receipts import Once
from routing.domain.recounting import Recount, asks_for_past
from routing.domain.recounting import recount as recounted
from routing.domain.state_machine import RuleBook
from routing.domain.time_passing import is_pending
from routing.domain.working_calendar import WorkingCalendar
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction

#: Applications in one transaction: a decision on one of them waits until all are written (a twentieth of a second).
BATCH = 100
#: How long the one writer's place of SQLite is left to others between two transactions.
_GIVES_WAY_SECONDS = 0.002


def only_once(office: Office, once: Once, recounting: Callable[[], str]) -> str:
    """The answer of the recounting; of the one that was asked for under this key, if there is one.

    It is many transactions, and done twice it is as done once; so the answer is kept behind it, not with it.
    Raises IdempotencyKeyReused.
    """
    with office.transaction() as tx:
        earlier = tx.answers.earlier(once)
    if earlier is not None:
        return earlier
    answer = recounting()
    with suppress(AlreadyWritten), office.transaction() as tx:
        tx.answers.take_key(once, office.now())
        tx.answers.keep(once, answer)
    return answer


def recount_open(office: Office, *, batch: int = BATCH, dry_run: bool = False) -> Iterator[list[Recount]]:
    """Each open application that is counted by an older calendar, by the newest one; told as they are written.

    ``dry_run``: everything is computed and nothing is written, nor held up.
    """
    with office.transaction() as tx:
        newest = office.calendar(tx=tx)
        older = [*tx.calendars.older(newest.number), None]
    going = _Going(office=office, newest=newest, batch=batch, dry_run=dry_run)
    for calendar in older:
        yield from going.all_of(calendar)


@dataclass(kw_only=True)
class _Going:
    office: Office
    #: the calendar in force when it began; a newer one is the next recount's
    newest: WorkingCalendar
    batch: int
    dry_run: bool
    books: dict[str, RuleBook] = field(default_factory=dict)

    def all_of(self, calendar: str | None) -> Iterator[list[Recount]]:
        """Those counted by that calendar; who is being decided on is passed over, and waited for at the end."""
        after, waits = 0, False
        while True:
            found, last = self._some(calendar, after=after, waits=waits)
            if last is not None:
                if found:
                    yield found
                after = last
                # Waited for one: others may have been let go of meanwhile.
                waits = False
            elif after and not self.dry_run:
                after = 0
            elif waits or self.dry_run:
                return
            else:
                waits = True

    def _some(self, calendar: str | None, *, after: int, waits: bool) -> tuple[list[Recount], int | None]:
        """What was recounted, and the last id that was looked at; None: there is none behind."""
        with self._books_open() as tx:
            # One alone where it may have to be waited for, so that nobody waits for the others meanwhile.
            most = 1 if waits else self.batch
            found = tx.counted_by(calendar, after=after, most=most, waits=waits, locked=not self.dry_run)
            results = self._recount(tx, found, calendar) if found else []
            if not self.dry_run:
                tx.record_recounts(results)
        if found and not self.dry_run and self.office.database.is_sqlite:
            time.sleep(_GIVES_WAY_SECONDS)
        return results, found[-1].id if found else None

    @contextmanager
    def _books_open(self) -> Iterator[Transaction]:
        if self.dry_run:
            with self.office.reading() as connection:
                yield Transaction(connection)
            return
        with self.office.transaction() as tx:
            yield tx

    def _recount(self, tx: Transaction, found: Sequence[Application], calendar: str | None) -> list[Recount]:
        before = self.office.calendar(calendar, tx) if calendar is not None else None
        ids = [application.id for application in found]
        open_visits, ledgers = tx.open_visits_of(ids), tx.ledgers(*ids)
        at = self.office.now()
        results = []
        for one in found:
            application, visits, ledger = one, open_visits[one.id], ledgers[one.id]
            if is_pending(application, visits, at) and not self.dry_run and calendar is not None:
                # What time has brought by the old calendar stays; only what is still to come is counted anew.
                standing = tx.up_to_date(self.office.book_of(one, tx), one, visits, ledger, at=at)
                application, visits, ledger = standing.application, list(standing.open_visits), list(standing.ledger)
            if not application.is_open:
                continue
            book = self._book(application, tx)
            past = tx.closed_visits(application) if asks_for_past(book, visits, before) else ()
            results.append(recounted(book, application, visits, ledger, counted_by=before, past=past, at=at))
        return results

    def _book(self, application: Application, tx: Transaction) -> RuleBook:
        book = self.books.get(application.workflow)
        if book is None:
            book = self.office.rule_book(application.workflow, tx).counted_by(self.newest)
            self.books[application.workflow] = book
        return book
