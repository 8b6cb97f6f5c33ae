"""A clerk who decides: registers documents, sends each on from desk to desk, and notes when the next inbox has it.

A document is one clerk's from the counter to the hand-over, under the accounts of all its desks, so that clerks wait
for documents and never for one another. *Decision to inbox* is the time from the return of the decision (it is
committed) to the moment at which a reader of the inbox, woken by the office's bell, reads that it is there.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from routing.actions.decide import decide
from routing.actions.submit import Registration, submit
from routing.domain.application import Particulars, Submission
from routing.domain.decision import Decision
from routing.domain.errors import Fault
from routing.domain.visits import HandOffName
from routing.office import Office
from routing.reading.imported_cases import arrived
from routing.storage.bell import Topic
from workers.bench.ground import SERVICE

#: The way of a permit that is granted: the step, and what is decided there.
WAY = (
    ("verify", "forward"),
    ("recommend", "recommend"),
    ("number", "forward"),
    ("sign", "sign"),
    ("check", "forward"),
    ("hand-over", "hand-over"),
)
_PATIENCE_SECONDS = 60.0
#: Seconds between two looks at the inbox when no bell rings; a bell may be lost.
LOOK_AGAIN = 0.25
_REST = 0.02


class NothingArrives(Fault):
    """No document has arrived for a minute while moves were measured. Look at the messages above."""

    code = "nothing_arrives_here"


@dataclass(slots=True)
class Document:
    """Where a document is, as its clerk knows it."""

    id: int
    number: str
    version: int
    visit: int
    #: decisions made so far after the registration
    stage: int = 0


class Door(Protocol):
    """How a decision reaches the office."""

    def decide(self, document: Document, decision: str, person_id: int) -> None:
        """The office has decided when this returns. Raises what the office says against it."""


class ActionDoor:
    """Calls the action, as a page does."""

    def __init__(self, office: Office) -> None:
        self._office = office

    def decide(self, document: Document, decision: str, person_id: int) -> None:
        """In this process."""
        said = Decision(decision=decision, visit=document.visit, seen_version=document.version)
        decide(self._office, document.number, said, person_id=person_id)


@dataclass(slots=True)
class Worked:
    """What a clerk did between two moments."""

    moves: int = 0
    began: float = 0.0
    ended: float = 0.0
    #: of every hand-off: seconds from decision to inbox
    to_inbox: list[float] = field(default_factory=list)


class Clerk:
    """One of several who work at once; ``people``: the clerk's account at each step."""

    def __init__(self, office: Office, people: Mapping[str, int]) -> None:
        self._office, self._people = office, people
        #: documents that lie at a desk
        self._here: deque[Document] = deque()
        self._on_their_way: dict[HandOffName, tuple[Document, float]] = {}

    def register(self, count: int) -> None:
        """New applications at the counter; their documents are on their way afterwards."""
        papers = tuple(
            code for code, need in self._office.book_in_force(SERVICE).workflow.requirements.items() if need.required
        )
        for _ in range(count):
            who = Particulars(name="dr. Contoh Ukuran", nik="3579014107900001")
            submission = Submission(desk="loket-pendaftaran", decision="accept", papers=papers, particulars=who)
            registration = Registration(service=SERVICE, submission=submission, person_id=self._people["register"])
            made = submit(self._office, registration)
            document = Document(id=made.id, number=made.number, version=made.version, visit=made.visit_count)
            self._on_their_way[document.id, document.visit] = (document, 0.0)

    def decide_all(self, door: Door, *, per_second: float | None = None, look_again: float = LOOK_AGAIN) -> Worked:
        """Decides until every document has reached its end; ``per_second``: as often as that, not as fast as it goes.

        Raises NothingArrives and what the office refuses.
        """
        listener = self._office.bell.listen(Topic.ARRIVED)
        worked = Worked(began=time.monotonic())
        last_arrival = due = worked.began
        try:
            while self._here or self._on_their_way:
                now = time.monotonic()
                if self._here and now >= due:
                    self._decide_one(door, worked)
                    if per_second is None:
                        # As long as there is work, nobody looks for more: each look costs the office a query.
                        continue
                    due = max(due + 1 / per_second, now - 1)
                elif per_second is None:
                    # A clerk who has nothing to do does not look into the inbox all the time.
                    time.sleep(_REST)
                if self._look(worked):
                    last_arrival = now
                elif now - last_arrival > _PATIENCE_SECONDS:
                    raise NothingArrives(NothingArrives.__doc__)
                else:
                    listener.wait(max(0.0, min(look_again, due - now)) if self._here else look_again)
        finally:
            listener.close()
        worked.ended = time.monotonic()
        return worked

    def _decide_one(self, door: Door, worked: Worked) -> None:
        document = self._here.popleft()
        step, decision = WAY[document.stage]
        door.decide(document, decision, self._people[step])
        decided_at = time.monotonic()
        worked.moves += 1
        document.stage += 1
        document.version += 1
        if document.stage < len(WAY):
            document.visit += 1
            self._on_their_way[document.id, document.visit] = (document, decided_at)

    def _look(self, worked: Worked) -> bool:
        if not self._on_their_way:
            return False
        found = arrived(self._office, self._on_their_way)
        seen_at = time.monotonic()
        for name in found:
            document, decided_at = self._on_their_way.pop(name)
            document.version += 1
            self._here.append(document)
            # The registration's own hand-off waited for the measurement to begin.
            if decided_at:
                worked.to_inbox.append(seen_at - decided_at)
        return bool(found)
