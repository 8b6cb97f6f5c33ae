"""What becomes of an application when nobody says anything and time passes: all of it, in the order of its times.

However late somebody looks: what became due first comes first, and each move is made from what the one before it left.
Whatever is refused holds up nothing else and is tried again later.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import NamedTuple

from routing.domain.applicants_time import end_stopped, lapse, time_is_over
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.deemed_approval import limit_passed
from routing.domain.early_warnings import Given, next_look, next_look_at, warn, warn_visit
from routing.domain.errors import Refusal
from routing.domain.ledger import Interval
from routing.domain.move import Move
from routing.domain.standing import Standing
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
        by_hand: Decision | None = None,
    ) -> None:
        """``digest_key`` and ``past`` (the closed visits) are asked for only where ``takes_words``.

        ``by_hand``: what somebody is about to say; where it is what time would say next, it is left to them.
        """
        self.application = application
        #: why something was not done
        self.refusals: list[Refusal] = []
        self._book, self._at, self._digest_key, self._past = book, at, digest_key, past
        self._visits = {visit.no: visit for visit in open_visits}
        self._intervals = {one.no: one for one in ledger}
        self._given = set(given)
        self._by_hand = by_hand
        self._refused: set[int | None] = set()
        self._asked: set[int] = set()
        wake_at = application.wake_at
        #: from when on it is to be warned; None: no look at it is due
        self._since = wake_at if wake_at is not None and wake_at <= at else None

    def moves(self) -> Iterator[Move]:
        """What happens, one move after the other in the order of their times; each is to be recorded."""
        if self.application.imported_case is not None:
            # It lived in the time of its log, where nobody is to be told of anything any more.
            return
        if not self.application.is_open:
            yield from self._done(None, self._end)
        while self.application.is_open:
            turn = self._next_turn()
            yield from self._told(turn.moment if turn is not None else self._at)
            if turn is None or self._is_said_by_hand(turn):
                return
            self._asked.add(turn.no)
            yield from self._done(turn.no or None, turn.rule)

    def standing(self, before: Standing) -> Standing:
        """What it has come to."""
        return Standing(self.application, self._open, list(self._intervals.values()), before)

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

    def _next_turn(self) -> _Turn | None:
        """What moves the application first of all that is due and was not tried; of two at once the law."""
        turns = [
            _Turn(visit.due_at, visit.no, partial(self._lapse, visit), deadline.decision)
            for visit in self._open
            if (deadline := self._book.workflow.steps[visit.step].deadline) is not None
            and visit.warn_at is not None
            and visit.warn_at <= self._at
            and time_is_over(visit, self._at)
        ]
        due = self.application.legal_due
        if due is not None and due < self._at and self.application.deemed_at is None:
            turns.append(_Turn(due, 0, self._limit))
        return min((one for one in turns if one.no not in self._asked), key=lambda one: one[:2], default=None)

    def _is_said_by_hand(self, turn: _Turn) -> bool:
        said = self._by_hand
        return said is not None and said.decision == turn.decision and said.visit in {None, turn.no}

    def _told(self, until: datetime) -> Iterator[Move]:
        """Whoever is to be told something by then is told, in the order in which it became due."""
        looks: list[tuple[datetime, int, Callable[[], Move | None]]] = []
        if self._since is not None and self._since <= until:
            looks.append((self._since, 0, partial(self._warn, self._since, until)))
        looks += [
            (visit.warn_at, visit.no, partial(self._warn_visit, visit, until))
            for visit in self._open
            if visit.warn_at is not None
            and visit.warn_at <= until
            and self._book.workflow.steps[visit.step].deadline is None
        ]
        for _, no, rule in sorted(looks, key=lambda one: one[:2]):
            yield from self._done(no or None, rule)

    def _done(self, about: int | None, rule: Callable[[], Move | None]) -> Iterator[Move]:
        """The move, if there is one; ``about``: the number of the visit it is about."""
        try:
            move = rule()
        except Refusal as refusal:
            self.refusals.append(refusal)
            self._refused.add(about)
            return
        if move is not None:
            self._took(move)
            yield move

    def _end(self) -> Move | None:
        return end_stopped(self._book, self.application, at=self._at, digest_key=self._digest_key)

    def _warn(self, since: datetime, until: datetime) -> Move | None:
        return warn(
            self._book,
            self.application,
            self._open,
            ledger=list(self._intervals.values()),
            given=self._given,
            since=since,
            until=until,
            at=self._at,
        )

    def _warn_visit(self, visit: Visit, until: datetime) -> Move | None:
        return warn_visit(self._book, self.application, visit, given=self._given, until=until, at=self._at)

    def _limit(self) -> Move | None:
        return limit_passed(
            self._book,
            self.application,
            self._open,
            ledger=list(self._intervals.values()),
            given=self._given,
            at=self._at,
        )

    def _lapse(self, visit: Visit) -> Move | None:
        return lapse(
            self._book,
            self.application,
            self._open,
            visit,
            at=self._at,
            digest_key=self._digest_key,
            ledger=list(self._intervals.values()),
            past=[*self._past, *(one for one in self._visits.values() if not one.is_open)],
            given=self._given,
        )

    @property
    def _open(self) -> list[Visit]:
        return [visit for visit in self._visits.values() if visit.is_open]

    def _took(self, move: Move) -> None:
        was, self.application = self.application, move.after
        if (was.promise_due, was.legal_due) != (self.application.promise_due, self.application.legal_due):
            # Of an end that has only now been set, nothing older is told than the newest that applies.
            self._since = self._at
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


def is_pending(application: Application, open_visits: Sequence[Visit], at: datetime) -> bool:
    """Whether time may have brought something that nobody has noticed yet."""
    if application.imported_case is not None:
        return False
    if application.wake_at is not None and application.wake_at <= at:
        return True
    return any(visit.warn_at is not None and visit.warn_at <= at for visit in open_visits)


def takes_words(book: RuleBook, application: Application, open_visits: Sequence[Visit], at: datetime) -> bool:
    """Whether the clock may have to give a reason in words: then the digest key and the closed visits are needed."""
    return not application.is_open or any(
        book.workflow.steps[visit.step].deadline is not None and time_is_over(visit, at) for visit in open_visits
    )


class _Turn(NamedTuple):
    """Something that moves the application: the limit of the law (``no`` 0), or the applicant's time at a visit."""

    moment: datetime
    no: int
    rule: Callable[[], Move | None]
    #: what is decided then, where an officer could say it, too
    decision: str | None = None
