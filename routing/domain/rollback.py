"""Whether the log here still holds what was sealed before, by checkpoints that its database's administrator has not.

Pure: where those checkpoints come from, and what is refused when one of them is missed, is ``actions.guard_log``'s.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum

from routing.domain.checkpoints import Checkpoint, NoteRefused, VerifierKey, opened, stated
from routing.domain.errors import DatabaseAway
from routing.domain.incarnations import Incarnation, followed, incarnation_of
from routing.domain.log_identity import LogIdentity, identity
from routing.domain.office_entries import OfficeEntry


@dataclass(frozen=True, slots=True)
class Anchor:
    """A checkpoint that lies elsewhere."""

    where: str
    note: str


@dataclass(frozen=True, slots=True)
class Standing:
    """The log as its database has it."""

    #: the entries that say who it is, in their order
    naming: tuple[OfficeEntry, ...]
    #: leaves
    size: int
    #: the root of its first so many leaves; None: what that takes is not there
    root: Callable[[int], bytes | None]


class Wrong(StrEnum):
    """How the log here and a checkpoint elsewhere contradict each other."""

    BEHIND = "the log here is shorter"
    FORKED = "the log here is another one from some entry on"
    UNKNOWN = "the log here knows nothing of that name or that key"


@dataclass(frozen=True, slots=True)
class Contradiction:
    """What was found."""

    wrong: Wrong
    where: str
    held: Checkpoint
    #: of the log here: its size, or that of the checkpoint, if it has come so far, and its root there
    here: Checkpoint
    #: the note that shows it
    note: str

    @property
    def anchor(self) -> Anchor:
        """The checkpoint that has to be satisfied."""
        return Anchor(self.where, self.note)


class LogBehind(DatabaseAway):
    """A checkpoint kept outside shows what the log here lacks. Nothing is written until the right database is back, or
    two people begin the log anew: satuatap audit begin-incarnation.
    """

    code = "log_behind"

    def __init__(self, found: Contradiction) -> None:
        self.found = found
        super().__init__(f"{' '.join((LogBehind.__doc__ or '').split())} {told(found)}")


def told(found: Contradiction) -> str:
    """Both sides of it, for the log and the terminal."""
    held, here = (f"{one.origin}, {one.size} entries, root {one.root.hex()}" for one in (found.held, found.here))
    return f"{found.wrong.value.capitalize()}: {found.where} holds {held}; here are {here}."


def judged(anchors: Iterable[Anchor], standing: Standing) -> Contradiction | None:
    """The first checkpoint that the log here does not hold; None: it holds them all."""
    for anchor in anchors:
        wrong = _judged(anchor, standing)
        if wrong is not None:
            held = stated(anchor.note)
            return Contradiction(wrong, anchor.where, held, _here(standing, held.size), anchor.note)
    return None


def _judged(anchor: Anchor, standing: Standing) -> Wrong | None:
    held, log = stated(anchor.note), _identity(standing)
    if log is None:
        return Wrong.BEHIND if not standing.naming else Wrong.UNKNOWN
    try:
        # A key in these entries is nobody's word yet; that it has signed a note from elsewhere is.
        signers = opened(anchor.note, _named(log, standing)).signers
    except NoteRefused:
        return Wrong.UNKNOWN
    if held.origin != log.origin:
        _, begun = followed(signers, standing.naming)
        if log.origin not in [one.origin for one in begun]:
            return Wrong.UNKNOWN
        left = _left(held, begun)
        if left is None or held.size > left.restored:
            return None if left is not None else Wrong.FORKED
    if held.size > standing.size:
        return Wrong.BEHIND
    return None if standing.root(held.size) == held.root else Wrong.FORKED


def _left(held: Checkpoint, begun: Iterable[Incarnation]) -> Incarnation | None:
    """The incarnation that left that log behind, and knew how far it had come."""
    for one in begun:
        lost = one.lost
        if lost.origin == held.origin and (held.size < lost.size or held == lost):
            return one
    return None


def _identity(standing: Standing) -> LogIdentity | None:
    try:
        return identity(standing.naming)
    except ValueError:
        return None


def _named(log: LogIdentity, standing: Standing) -> list[VerifierKey]:
    begun = [made for entry in standing.naming if (made := incarnation_of(entry)) is not None]
    return [*log.keys, *(one.old for one in begun)]


def _here(standing: Standing, size: int) -> Checkpoint:
    log, size = _identity(standing), min(size, standing.size)
    return Checkpoint(log.origin if log is not None else "-", size, standing.root(size) or b"")
