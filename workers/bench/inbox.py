"""The inboxes of the clerks of one process: looked into when the bell rings, once for all of them.

As a page's process does it, which hears the bell once however many browsers it serves.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from routing.domain.errors import Fault
from routing.domain.visits import HandOffName
from routing.office import Office
from routing.reading.imported_cases import arrived
from routing.storage.bell import Topic

#: Seconds between two looks at the inbox when no bell rings; a bell may be lost.
LOOK_AGAIN = 0.25
#: Seconds between two looks while documents travel as fast as they can.
REST = 0.02
_PATIENCE_SECONDS = 60.0


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
    #: when the last decision on it returned; none has: it comes from the counter
    decided_at: float = 0.0
    #: when it was seen in the next inbox
    seen_at: float = 0.0

    @property
    def hand_off(self) -> HandOffName:
        """What it is waited for as."""
        return self.id, self.visit


@dataclass(slots=True)
class Tray:
    """What has arrived for one clerk."""

    _here: SimpleQueue[Document] = field(default_factory=SimpleQueue)

    def put(self, document: Document) -> None:
        """It is here."""
        self._here.put(document)

    def take(self) -> Document:
        """The document that has been here longest, as soon as there is one. Raises NothingArrives."""
        try:
            return self._here.get(timeout=_PATIENCE_SECONDS)
        except Empty:
            raise NothingArrives(NothingArrives.__doc__) from None


class Inbox:
    """Looks until it is closed; ``rest``: seconds between two looks at least, as each costs the office a query."""

    def __init__(self, office: Office, *, look_again: float = LOOK_AGAIN, rest: float = 0.0) -> None:
        self._office, self._look_again, self._rest = office, look_again, rest
        self._expected: dict[HandOffName, tuple[Document, Tray]] = {}
        self._is_closed = False
        self._failed: Exception | None = None
        self._listener = office.bell.listen(Topic.ARRIVED)
        self._thread = threading.Thread(target=self._look_on, name="inbox", daemon=True)
        self._thread.start()

    def expect(self, document: Document, tray: Tray) -> None:
        """Has the document put there when it arrives; to be said before it is sent, so that no bell is missed."""
        self._expected[document.hand_off] = (document, tray)

    def close(self) -> None:
        """Looks no more. Raises what ended the looking before, if something did."""
        self._is_closed = True
        self._thread.join()
        self._listener.close()
        if self._failed is not None:
            raise self._failed

    def _look_on(self) -> None:
        try:
            while not self._is_closed:
                self._look()
                time.sleep(self._rest)
                self._listener.wait(self._look_again)
        except Fault as fault:
            self._failed = fault

    def _look(self) -> None:
        if not self._expected:
            return
        found = arrived(self._office, list(self._expected))
        seen_at = time.monotonic()
        for name in found:
            document, tray = self._expected.pop(name)
            document.seen_at = seen_at
            tray.put(document)
