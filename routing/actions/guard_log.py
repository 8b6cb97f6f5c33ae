"""Compares the log here with checkpoints that lie elsewhere, and lets nobody write once it lacks what they show.

Each process judges for itself and remembers the answer in its own memory: in the database stands nothing about it, for
whoever put an old database in place could put a good answer in it, too.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator

import httpx2

from routing.domain.checkpoints import NoteRefused, stated
from routing.domain.errors import Fault
from routing.domain.log_identity import NAMING
from routing.domain.rollback import Anchor, Contradiction, LogBehind, judged, told
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.anchor_files import age, last_remembered, newest_in_folder

_log = logging.getLogger(__name__)

_WITNESS_SECONDS = 3.0
#: While nothing may be written, it is looked more often whether it may again.
_HALTED_SECONDS = 10.0


def guard(office: Office) -> Contradiction | None:
    """Judges, and from then on this process refuses to write, or writes again. What is wrong; None: nothing."""
    # The checkpoints first: what is sealed meanwhile is then in the log, and not missed.
    before, anchors = office.database.halted, anchors_elsewhere(office)
    if isinstance(before, LogBehind):
        # What was missed once is not made good by the silence of the place where it lies.
        anchors = [before.found.anchor, *anchors]
    found = contradiction(office, anchors)
    office.database.halted = LogBehind(found) if found is not None else None
    if found is not None and before is None:
        _log.critical("ALARM: the log was rolled back or forked, nothing is written",
                      extra={"action": "guard", "cause": told(found)})  # fmt: skip
    if found is None and before is not None:
        _log.warning("the log holds what was sealed; writing goes on", extra={"action": "guard"})
    return found


def guard_until_closed(office: Office) -> None:
    """Again and again, until the office is closed."""
    while True:
        every = office.settings.guard_seconds
        if office.closed.wait(min(every, _HALTED_SECONDS) if office.database.halted else every):
            return
        try:
            guard(office)
        except Fault as trouble:
            # Of a database that is away nothing can be said; nor can anything be written to it.
            _log.warning("the log was not compared", extra={"action": "guard", "cause": trouble.code})


def contradiction(office: Office, anchors: list[Anchor]) -> Contradiction | None:
    """What the log here lacks of these checkpoints."""
    if not anchors:
        return None
    with office.reading() as connection:
        books = Transaction(connection)
        return judged(anchors, books.sealed_log.standing(books.office_log.of_kind(*NAMING)))


def anchors_elsewhere(office: Office) -> list[Anchor]:
    """The newest checkpoint from each place where one lies, as far as they answer; the newest of all first."""
    found = list(_anchors(office))
    return sorted(found, key=lambda one: age(one.note), reverse=True)


def _anchors(office: Office) -> Iterator[Anchor]:
    settings = office.settings
    if settings.anchor_folder is not None:
        try:
            note = newest_in_folder(settings.anchor_folder)
        except OSError as error:
            _cannot_ask(str(settings.anchor_folder), error.strerror or str(error))
            note = None
        if note is not None:
            yield Anchor(str(settings.anchor_folder), note)
    for address in settings.witness_addresses:
        note = _asked(address)
        if note is not None:
            yield Anchor(address, note)
    note = last_remembered(settings.last_checkpoint)
    if note is not None:
        yield Anchor(str(settings.last_checkpoint), note)


def _asked(address: str) -> str | None:
    """What the witness at this address has cosigned last."""
    try:
        answer = httpx2.get(f"{address}/checkpoint", timeout=_WITNESS_SECONDS)
        if answer.status_code == httpx2.codes.NOT_FOUND:
            return None
        answer.raise_for_status()
        stated(answer.text)
    except (httpx2.HTTPError, httpx2.InvalidURL, OSError, NoteRefused) as error:
        _cannot_ask(address, type(error).__name__)
        return None
    return answer.text


def _cannot_ask(where: str, cause: str) -> None:
    _log.warning("a place of checkpoints does not answer", extra={"action": "guard", "file": where, "cause": cause})
