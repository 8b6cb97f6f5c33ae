"""A clerk who decides: registers documents and sends each on from desk to desk, as soon as it lies in the next inbox.

A document is one clerk's from the counter to the hand-over, under the accounts of all its desks, so that clerks wait
for documents and never for one another. *Decision to inbox* is the time from the return of the decision (it is
committed) to the moment at which a reader of the inbox, woken by the office's bell, reads that it is there.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

from routing.actions.decide import decide
from routing.actions.submit import Registration, submit
from routing.domain.application import Particulars, Submission
from routing.domain.decision import Decision
from routing.office import Office
from workers.bench.ground import SERVICE
from workers.bench.inbox import Document, Inbox, Tray

#: The way of a permit that is granted: the step, and what is decided there.
WAY = (
    ("verify", "forward"),
    ("recommend", "recommend"),
    ("number", "forward"),
    ("sign", "sign"),
    ("check", "forward"),
    ("hand-over", "hand-over"),
)


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
        #: documents that are on their way from the counter
        self._registered: list[Document] = []

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
            self._registered.append(
                Document(id=made.id, number=made.number, version=made.version, visit=made.visit_count)
            )

    def decide_all(self, door: Door, inbox: Inbox, *, per_second: float | None = None) -> Worked:
        """Decides until every document has reached its end; ``per_second``: as often as that, not as fast as it goes.

        Raises NothingArrives and what the office refuses.
        """
        worked = Worked(began=time.monotonic())
        tray, left, due = Tray(), len(self._registered), 0.0
        for document in self._registered:
            inbox.expect(document, tray)
        self._registered = []
        while left:
            document = tray.take()
            document.version += 1
            if document.stage:
                # It may have been seen before the answer to whoever sent it was there.
                worked.to_inbox.append(max(0.0, document.seen_at - document.decided_at))
            if per_second is not None:
                # From the first arrival on: what could have been decided before is not made up for in a rush.
                now = time.monotonic()
                due = due or now
                time.sleep(max(0.0, due - now))
                due = max(due + 1 / per_second, now - 1)
            self._decide(door, document, inbox, tray)
            worked.moves += 1
            left -= document.stage == len(WAY)
        worked.ended = time.monotonic()
        return worked

    def _decide(self, door: Door, document: Document, inbox: Inbox, tray: Tray) -> None:
        step, decision = WAY[document.stage]
        said = replace(document)
        document.stage += 1
        document.version += 1
        if document.stage < len(WAY):
            document.visit += 1
            inbox.expect(document, tray)
        door.decide(said, decision, self._people[step])
        document.decided_at = time.monotonic()
