"""What becomes of an application when nobody says anything and time passes: all of it, in its order.

Telling comes first, the law before the applicant's own time, and each move is made from what the one before it left.
Whatever is refused holds up nothing else and is tried again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial

from routing.domain.applicants_time import end_stopped, lapse, time_is_over
from routing.domain.application import Application
from routing.domain.deemed_approval import limit_passed
from routing.domain.early_warnings import Given, next_look, next_look_at, warn, warn_visit
from routing.domain.errors import Refusal
from routing.domain.ledger import Interval
from routing.domain.move import Move
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Outcome

#: Where the clock is on its round: a moment that has come, the application, the number of the visit (0: itself).
Place = tuple[datetime, int, int]
#: Before everything.
BEGINNING: Place = (datetime(1970, 1, 1, tzinfo=UTC), 0, 0)
#: What could not be done is tried again after this.
PUT_OFF = timedelta(minutes=10)


class Passing:
    """One application, looked at by the clock at one moment."""

    def __init__(
        self,
        book: RuleBook,
        application: Application,
        open_visits: Sequence[Visit],
        *,
        ledger: Sequence[Interval] = (),
        given: Given = (),
        at: datetime,
        digest_key: bytes = b"",
        past: Sequence[Visit] = (),
    ) -> None:
        """``digest_key`` and ``past`` (the closed visits) are asked for only where ``takes_words``."""
        self.application = application
        #: why something was not done
        self.refusals: list[Refusal] = []
        self._book, self._at, self._digest_key, self._past = book, at, digest_key, past
        self._visits = {visit.no: visit for visit in open_visits}
        self._intervals = {one.no: one for one in ledger}
        self._given = set(given)
        self._refused: set[int | None] = set()

    def moves(self) -> Iterator[Move]:
        """What happens, one move after the other; each is to be recorded."""
        for about, rule in self._rules():
            try:
                move = rule()
            except Refusal as refusal:
                self.refusals.append(refusal)
                self._refused.add(about)
                continue
            if move is not None:
                self._took(move)
                yield move

    def looks(self) -> tuple[datetime | None, dict[int, datetime | None]]:
        """When the clock looks next: at the application, and at each visit (by number) that it would look at for ever.

        Asked once there are no more moves.
        """
        wake_at = self.application.wake_at
        if wake_at is not None and wake_at <= self._at:
            wake_at = self._next_look()
        wake_at = self._later(None, wake_at)
        visits = {
            no: self._later(no, next_look_at(visit, self._at) if visit.has_arrived else self._at + PUT_OFF)
            for no, visit in self._visits.items()
            if visit.is_open and visit.warn_at is not None and visit.warn_at <= self._at
        }
        return wake_at, visits

    def _rules(self) -> Iterator[tuple[int | None, Callable[[], Move | None]]]:
        """What is asked, with the visit it is about; in this order, and each only once the one before it was done."""
        if self.application.imported_case is not None:
            # It lived in the time of its log, where nobody is to be told of anything any more.
            return
        if not self.application.is_open:
            yield None, self._end
            return
        yield None, self._warn
        yield None, self._limit
        for no in list(self._visits):
            yield no, partial(self._visit, no)

    def _end(self) -> Move | None:
        return end_stopped(self._book, self.application, at=self._at, digest_key=self._digest_key)

    def _warn(self) -> Move | None:
        return warn(self._book, self.application, self._open, given=self._given, at=self._at)

    def _limit(self) -> Move | None:
        return limit_passed(
            self._book,
            self.application,
            self._open,
            ledger=list(self._intervals.values()),
            given=self._given,
            at=self._at,
        )

    def _visit(self, no: int) -> Move | None:
        visit = self._visits[no]
        if not visit.is_open or not self.application.is_open or visit.warn_at is None or visit.warn_at > self._at:
            return None
        if self._book.workflow.steps[visit.step].deadline is None:
            return warn_visit(self._book, self.application, visit, given=self._given, at=self._at)
        return lapse(
            self._book,
            self.application,
            self._open,
            visit,
            at=self._at,
            digest_key=self._digest_key,
            ledger=list(self._intervals.values()),
            past=self._past,
            given=self._given,
        )

    @property
    def _open(self) -> list[Visit]:
        return [visit for visit in self._visits.values() if visit.is_open]

    def _took(self, move: Move) -> None:
        self.application = move.after
        self._visits |= {visit.no: visit for visit in move.visits}
        self._intervals |= {one.no: one for one in move.intervals}
        self._given |= {(one.about, one.level, one.due, one.addressee) for one in move.notices}

    def _next_look(self) -> datetime | None:
        application = self.application
        if application.imported_case is not None:
            return None
        if not application.is_open:
            # Only what was stopped waits for anything; at the very last moment it may still be taken up again.
            is_waiting = application.outcome is Outcome.STOPPED and application.wake_at == self._at
            return self._at + timedelta(seconds=1) if is_waiting else None
        return next_look(self._book, application, self._at)

    def _later(self, about: int | None, next_one: datetime | None) -> datetime | None:
        if about not in self._refused:
            return next_one
        again = self._at + PUT_OFF
        return again if next_one is None else min(again, next_one)


def takes_words(book: RuleBook, application: Application, open_visits: Sequence[Visit], at: datetime) -> bool:
    """Whether the clock may have to give a reason in words: then the digest key and the closed visits are needed."""
    return not application.is_open or any(
        book.workflow.steps[visit.step].deadline is not None and time_is_over(visit, at) for visit in open_visits
    )
