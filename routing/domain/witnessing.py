"""What a witness holds of somebody else's log, and what it makes of the checkpoint it is shown next.

Pure, and free of everything else of this office: a witness belongs to another one. It believes only the keys that were
pinned, those that they have signed themselves, and proofs.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from routing.domain.checkpoints import Checkpoint, NoteRefused, VerifierKey, opened, stated
from routing.domain.errors import Fault, Kind, Refusal
from routing.domain.incarnations import Incarnation, followed, number_of
from routing.domain.merkle_log import verify_consistency
from routing.domain.office_entries import OfficeEntry

#: Gives the log's entries about its keys; asked for only where they are needed.
Entries = Callable[[], Sequence[OfficeEntry]]
#: Gives the proof between two sizes; None: the log gives none.
Prove = Callable[[int, int], Sequence[bytes] | None]

#: Gives the largest checkpoint of that log that was ever cosigned here, of at most that size; None: there is none.
Recall = Callable[[str, int], Checkpoint | None]


class How(StrEnum):
    """In which way a log has broken its word."""

    SHORTER = "has become shorter"
    REWRITTEN = "has been rewritten"
    UNPROVEN = "does not show that it only grew"
    LEFT_BEHIND = "has begun anew as if it had never come so far"


class Misbehaved(Exception):
    """What the log shows contradicts what it has signed before."""

    def __init__(self, how: How, shown: str, proof: Sequence[bytes] | None = None) -> None:
        self.how, self.shown, self.proof = how, shown, proof
        super().__init__(how.value)


class LogMisbehaved(Refusal):
    """The log at {log} {how}. Held here: {held} entries, root {held_root}. Shown now: {shown} entries, root
    {shown_root}. Both notes are kept in {file}; take them to whoever oversees that office.
    """

    code = "log_misbehaved"


class PinnedKeyNeeded(Refusal):
    """Nothing is known of the log at {log} yet. Give the key that its office has handed over on paper: --key KEY."""

    code = "pinned_key_needed"


class AnotherKeyPinned(Refusal):
    """Another log or key is pinned in {store}: {pinned} at {log}. Use a store of its own for each log."""

    code = "another_key_pinned"


class NotThePinnedLog(Refusal):
    """The checkpoint of {origin} at {log} is not vouched for by the key pinned here, {pinned}: {problem}. Ask that
    office, by another way than this one.
    """

    code = "not_the_pinned_log"


class LogBeganAnew(Refusal):
    """The log {before} goes on as {origin}, from a backup: it had come to {lost} entries, root {lost_root}, and
    {restored} of them are there again. Begun by {by}: {reason}. Ask that office whether this is right; then run the
    witness once with --accept-incarnation.
    """

    code = "log_began_anew"
    kind = Kind.STALE


class LogAway(Fault):
    """The log cannot be asked at the moment."""

    code = "log_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What a witness knows of a log."""

    #: where it is asked
    log: str
    #: those that are trusted: the pinned one, and what follows from it
    keys: tuple[VerifierKey, ...]
    #: the last checkpoint that was found good, with the witness's own line; None: none so far
    note: str | None = None
    #: whether the log has taken the line
    is_handed_back: bool = False

    @property
    def checkpoint(self) -> Checkpoint | None:
        """What that note states."""
        return stated(self.note) if self.note is not None else None

    @property
    def origin(self) -> str:
        """The log's name as it was last believed."""
        return self.checkpoint.origin if self.checkpoint is not None else self.keys[0].name


def examined(held: Held, shown: str, *, entries: Entries, prove: Prove, recall: Recall, accepts: bool) -> Held:
    """What is held afterwards, the note still without the witness's line.

    ``shown``: empty, where the log says that nothing was ever sealed. ``accepts``: somebody here accepts that the log
    has begun anew. Raises Misbehaved, NotThePinnedLog, LogBeganAnew.
    """
    if not shown:
        raise Misbehaved(How.SHORTER, shown)
    try:
        given = stated(shown)
        keys = held.keys if _is_opened(shown, held.keys) else followed(held.keys, entries())[0]
    except NoteRefused as refused:
        raise _not_pinned(held, "-", str(refused)) from None
    if given.origin != held.origin:
        if number_of(given.origin) < number_of(held.origin) and _is_opened(shown, held.keys):
            raise Misbehaved(How.SHORTER, shown)
        _across(held, given, shown, followed(held.keys, entries())[1], accepts=accepts)
    try:
        opened(shown, keys)
    except NoteRefused as refused:
        raise _not_pinned(held, given.origin, str(refused)) from None
    before = held.checkpoint
    if before is not None:
        _require_grown(_still_there(held, before, given, entries, recall), given, shown, prove)
    # Not yet those of an incarnation that nobody has accepted.
    believed = tuple(key for key in keys if key.name == given.origin or key in held.keys)
    if before == given:
        return replace(held, keys=believed)
    return replace(held, keys=believed, note=shown, is_handed_back=False)


def _across(held: Held, given: Checkpoint, shown: str, begun: Sequence[Incarnation], *, accepts: bool) -> None:
    """The log has another name: an incarnation that follows from the trusted keys, and that somebody accepts."""
    new = next((one for one in begun if one.origin == given.origin), None)
    if new is None:
        raise _not_pinned(held, given.origin, "no entry that it has signed begins a log of that name")
    first, before = _left(held, begun), held.checkpoint
    if first is None or (before is not None and not _reached(before, first.lost)):
        raise Misbehaved(How.LEFT_BEHIND, shown)
    if not accepts:
        lost = new.lost
        raise LogBeganAnew(before=lost.origin, origin=new.origin, lost=lost.size, lost_root=lost.root.hex(),
                           restored=new.restored, by=" + ".join(new.by), reason=new.reason)  # fmt: skip


def _left(held: Held, begun: Sequence[Incarnation]) -> Incarnation | None:
    return next((one for one in begun if one.old.name == held.origin), None)


def _reached(before: Checkpoint, lost: Checkpoint) -> bool:
    return before.size < lost.size or before == lost


def _require_grown(before: Checkpoint | None, given: Checkpoint, shown: str, prove: Prove) -> None:
    if before is None:
        return
    if given.size < before.size:
        raise Misbehaved(How.SHORTER, shown)
    if given.size == before.size:
        if given.root != before.root:
            raise Misbehaved(How.REWRITTEN, shown)
        return
    proof = prove(before.size, given.size)
    if proof is None:
        raise Misbehaved(How.UNPROVEN, shown)
    if not verify_consistency(before.size, given.size, before.root, given.root, proof):
        raise Misbehaved(How.REWRITTEN, shown, proof)


def _still_there(
    held: Held, before: Checkpoint, given: Checkpoint, entries: Entries, recall: Recall
) -> Checkpoint | None:
    """The largest checkpoint that was seen here of what the log must still hold; None: none was.

    Of what was lost nothing can be shown; what was restored of it must be what was there before.
    """
    if before.origin == given.origin:
        return before
    begun = followed(held.keys, entries())[1]
    first = next(place for place, one in enumerate(begun) if one.old.name == held.origin)
    last = next(place for place, one in enumerate(begun) if one.origin == given.origin)
    restored = min(one.restored for one in begun[first : last + 1])
    return before if before.size <= restored else recall(before.origin, restored)


def _is_opened(note: str, keys: Sequence[VerifierKey]) -> bool:
    try:
        opened(note, keys)
    except NoteRefused:
        return False
    return True


def _not_pinned(held: Held, origin: str, problem: str) -> NotThePinnedLog:
    return NotThePinnedLog(origin=origin, log=held.log, pinned=held.keys[0].text, problem=problem)
