"""A log walks through the engine: its moves in the order of its time, each hand-off carried by Celery.

Many cases are on their way at once; within a case the next move waits until the document has arrived. Moves of
different cases that are ready together are written in one transaction.
"""

from __future__ import annotations

import heapq
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

from routing.actions.import_case import import_moves, prepare_import
from routing.domain.application import Application, Submission
from routing.domain.errors import Fault, OtherLog, Refusal
from routing.domain.imported_log import ImportedMove, Retelling
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.domain.visits import HandOffName
from routing.office import Office
from routing.reading.imported_cases import CaseProgress, arrived, case_progress
from routing.storage.bell import Topic
from routing.storage.database import AlreadyWritten

#: Moves written in one transaction at most.
_MOST_IN_A_BATCH = 50
#: Documents on their way at most: enough to keep every desk busy, few enough to keep the order of the log.
_MOST_ON_THEIR_WAY = 100
_PATIENCE_SECONDS = 60.0


class NothingArrives(Fault):
    """No document has arrived for {seconds} s. Are `satuatap worker --desks '*'` and the broker running?"""

    code = "nothing_arrives"


@dataclass(slots=True)
class Walked:
    """What a replay came to."""

    cases: int = 0
    #: cases that were in before
    skipped: int = 0
    moves: int = 0
    #: case and sentence of every refused move; the rest of such a case is not tried
    refusals: list[tuple[str, str]] = field(default_factory=list)
    seconds: float = 0.0
    #: from commit to arrival, of every hand-off
    hand_off_seconds: list[float] = field(default_factory=list)

    def hand_off_milliseconds(self, share: float) -> float:
        """The time below which that share of the hand-offs arrived; 0 when there was none."""
        ordered = sorted(self.hand_off_seconds)
        return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2) if ordered else 0.0


def replay(office: Office, retelling: Retelling, *, progress: Callable[[Walked], None]) -> Walked:
    """Walks the log through; ``progress`` is called about once a second. A courier has to be running.

    Raises AlreadyThere (the service is the office's own) and NothingArrives.
    """
    started = time.monotonic()
    require_same_log(office, retelling)
    people = prepare_import(office, retelling.cast).people
    walk = _Walk(office, retelling, people)
    listener = office.bell.listen(Topic.ARRIVED)
    try:
        last_told = last_arrival = time.monotonic()
        while walk.is_going_on:
            wrote = walk.write_ready()
            if walk.look_for_arrivals():
                last_arrival = time.monotonic()
            elif not wrote:
                if time.monotonic() - last_arrival > _PATIENCE_SECONDS:
                    raise NothingArrives((NothingArrives.__doc__ or "").format(seconds=int(_PATIENCE_SECONDS)))
                listener.wait(0.05)
            if time.monotonic() - last_told > 1.0:
                last_told = time.monotonic()
                progress(walk.walked)
    finally:
        listener.close()
    walk.walked.seconds = time.monotonic() - started
    return walk.walked


def require_same_log(office: Office, retelling: Retelling) -> dict[str, CaseProgress]:
    """How far each case has come that is in already. Raises OtherLog where a case of that name began otherwise."""
    service = retelling.cast.workflow.service
    known = case_progress(office, service)
    for case in retelling.cases:
        first, here = case.moves[0], known.get(case.name)
        if here is not None and isinstance(first.said, Submission):
            began = (first.said.step, first.actor, first.at)
            if here.began != began:
                raise OtherLog(case=case.name, service=service)
    return known


class _Walk:
    """Where every case stands."""

    def __init__(self, office: Office, retelling: Retelling, people: Mapping[str, Person]) -> None:
        self.walked = Walked()
        self._office, self._people = office, people
        rules = office.rule_book(retelling.cast.workflow.content_hash)
        self._book: RuleBook = rules.counted_by(office.calendar())
        self._numbers: dict[str, str] = {}
        #: what is still to be told of each case
        self._left: dict[str, deque[ImportedMove]] = {}
        #: documents on their way: hand-off -> (case, when it was sent)
        self._on_their_way: dict[HandOffName, tuple[str, float]] = {}
        #: the next move of each case whose document has arrived, by the log's time and place
        self._ready: list[tuple[float, int, str]] = []
        self._to_begin: deque[tuple[float, int, str]] = deque()
        self._place = {case.name: place for place, case in enumerate(retelling.cases)}
        known = require_same_log(office, retelling)
        for case in retelling.cases:
            here = known.get(case.name)
            left = deque(case.moves[here.decided :] if here is not None else case.moves)
            if not left or (here is not None and not here.is_open):
                self.walked.skipped += 1
                continue
            self._left[case.name] = left
            if here is None:
                self._to_begin.append(self._turn(case.name))
            else:
                self._numbers[case.name] = here.number
                self._on_their_way[here.application_id, here.visit] = (case.name, time.monotonic())
        self._to_begin = deque(sorted(self._to_begin))

    @property
    def is_going_on(self) -> bool:
        return bool(self._ready or self._on_their_way or self._to_begin)

    def write_ready(self) -> bool:
        """Writes one batch of moves, earliest first; False: none is ready."""
        batch = [self._left[case].popleft() for case in islice(self._next_cases(), _MOST_IN_A_BATCH)]
        if not batch:
            return False
        results = self._write(batch)
        sent_at = time.monotonic()
        for move, result in zip(batch, results, strict=True):
            self._note(move.case, result, sent_at)
        return True

    def _write(self, batch: list[ImportedMove]) -> list[Application | Refusal]:
        try:
            return import_moves(self._office, self._book, batch, numbers=self._numbers, people=self._people)
        except AlreadyWritten:
            # Two ids or tracking codes drawn alike: nothing was written, and others are drawn now.
            return import_moves(self._office, self._book, batch, numbers=self._numbers, people=self._people)

    def look_for_arrivals(self) -> bool:
        """Makes the next move of every case ready whose document has arrived."""
        if not self._on_their_way:
            return False
        here = arrived(self._office, self._on_their_way)
        now = time.monotonic()
        for hand_off in here:
            case, sent_at = self._on_their_way.pop(hand_off)
            self.walked.hand_off_seconds.append(now - sent_at)
            if self._left[case]:
                heapq.heappush(self._ready, self._turn(case))
            else:
                self.walked.cases += 1
        return bool(here)

    def _next_cases(self) -> Iterator[str]:
        """Cases whose next move can be written, by the log's time; new ones begin as long as there is room."""
        while True:
            begins = bool(self._to_begin) and not (self._ready and self._ready[0] < self._to_begin[0])
            if begins and len(self._on_their_way) < _MOST_ON_THEIR_WAY:
                yield self._to_begin.popleft()[2]
            elif self._ready and not begins:
                yield heapq.heappop(self._ready)[2]
            else:
                # Nothing is ready, or the next to begin has no room yet: a later move must not overtake it.
                return

    def _note(self, case: str, result: Application | Refusal, sent_at: float) -> None:
        if isinstance(result, Refusal):
            self.walked.refusals.append((case, str(result)))
            return
        self.walked.moves += 1
        self._numbers[case] = result.number
        if result.is_open:
            self._on_their_way[result.id, result.visit_count] = (case, sent_at)
        else:
            self.walked.cases += 1

    def _turn(self, case: str) -> tuple[float, int, str]:
        return self._left[case][0].at.timestamp(), self._place[case], case
