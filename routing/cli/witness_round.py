"""One look of a witness at a log: ask, examine, cosign, remember, hand back; in this order, so that it never denies."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any

import httpx2

from routing.domain.checkpoints import Checkpoint, VerifierKey, cosigned, stated
from routing.domain.merkle_log import EMPTY_ROOT
from routing.domain.office_entries import OfficeEntry
from routing.domain.witnessing import (
    AnotherKeyPinned,
    Held,
    LogAway,
    LogMisbehaved,
    Misbehaved,
    PinnedKeyNeeded,
    examined,
)
from routing.vault.witness_store import Witness, WitnessStore, WitnessStoreUnusable

_SECONDS = 20.0
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Looked:
    """What a look came to."""

    before: Checkpoint | None
    now: Checkpoint
    is_handed_back: bool
    #: why the log did not take the line; empty: it did
    problem: str = ""


class LogDoor:
    """The log's addresses, as anybody can ask them. Raises LogAway where nobody answers, or not now."""

    def __init__(self, address: str) -> None:
        self.address = address.rstrip("/")

    def checkpoint(self) -> str:
        """The newest checkpoint; empty: it says that nothing was ever sealed."""
        answer = self._ask("GET", "/log/checkpoint")
        if answer.status_code == httpx2.codes.NOT_FOUND and "nothing_sealed" in answer.text:
            return ""
        if answer.status_code != httpx2.codes.OK:
            raise LogAway(f"{LogAway.__doc__} {self.address} shows no checkpoint ({answer.status_code}).")
        return answer.text

    def prove(self, old: int, new: int) -> Sequence[bytes] | None:
        """The proof between two sizes."""
        answer = self._ask("GET", f"/log/consistency?from={old}&to={new}")
        try:
            return [bytes.fromhex(one) for one in answer.json()["proof"]] if answer.status_code == 200 else None
        except (ValueError, TypeError, KeyError):
            return None

    def entries(self) -> list[OfficeEntry]:
        """The entries about its keys. What is none is left out: only what is signed in them counts."""
        answer = self._ask("GET", "/log/keys")
        try:
            bodies = [str(one).encode() for one in answer.json()["entries"]] if answer.status_code == 200 else []
        except (ValueError, TypeError, KeyError):
            bodies = []
        return [_entry(body) for body in bodies]

    def hand_back(self, note: str) -> str:
        """Why the log does not take the line; empty: it has."""
        answer = self._ask("POST", "/log/cosignatures", content=note)
        if answer.status_code == 200:
            return ""
        try:
            return str(answer.json()["detail"])
        except (ValueError, TypeError, KeyError):
            return f"it answers {answer.status_code}"

    def _ask(self, method: str, path: str, **content: Any) -> httpx2.Response:
        try:
            answer = httpx2.request(method, self.address + path, timeout=_SECONDS,
                                    headers={"accept": "application/json, text/plain"}, **content)  # fmt: skip
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError) as error:
            raise LogAway(f"{LogAway.__doc__} {self.address} does not answer ({type(error).__name__}).") from None
        # Whoever is busy, or halted, says nothing about the log.
        if answer.status_code >= 500 or answer.status_code == httpx2.codes.TOO_MANY_REQUESTS:
            raise LogAway(f"{LogAway.__doc__} {self.address} answers {answer.status_code}.")
        return answer


def look(
    store: WitnessStore, witness: Witness, log: LogDoor, *, pinned: VerifierKey | None, accepts: bool, now: datetime
) -> Looked:
    """Looks once. Raises the refusals of ``domain.witnessing``, LogAway, WitnessStoreUnusable."""
    with store.alone():
        held = _held(store, witness, log, pinned)
        shown = log.checkpoint()
        if not shown and held.note is None:
            raise LogAway(f"{LogAway.__doc__} {log.address} has sealed nothing yet.")
        try:
            recall = partial(store.recalled, witness, held)
            found = examined(held, shown, entries=log.entries, prove=log.prove, recall=recall, accepts=accepts)
        except Misbehaved as misbehaved:
            raise _proven(store, held, misbehaved) from None
        if found.note == shown:
            found = replace(found, note=cosigned(shown, witness.verifier.name, witness.key, now))
            # Before the line leaves the house: it says that this is the largest that was ever seen here.
            if held.note is not None and found.origin != held.origin:
                store.keep_proof("begun anew, and accepted here", held=held.note, shown=shown, proof=None)
            store.keep(found)
        problem = _hand_back(store, log, found)
    if found.checkpoint is None:
        raise AssertionError
    return Looked(held.checkpoint, found.checkpoint, not problem, problem)


def _held(store: WitnessStore, witness: Witness, log: LogDoor, pinned: VerifierKey | None) -> Held:
    held = store.held(witness)
    if held is None:
        if pinned is None:
            raise PinnedKeyNeeded(log=log.address)
        return Held(log=log.address, keys=(pinned,))
    if pinned is not None and pinned not in held.keys:
        raise AnotherKeyPinned(store=store.folder, pinned=held.keys[0].text, log=held.log)
    # The log may move; it is known by its key and not by its address.
    return replace(held, log=log.address)


def _hand_back(store: WitnessStore, log: LogDoor, found: Held) -> str:
    if found.is_handed_back or found.note is None:
        return ""
    try:
        problem = log.hand_back(found.note)
    except LogAway as away:
        # The line is kept, and offered again the next time.
        return str(away)
    if not problem:
        store.keep(replace(found, is_handed_back=True))
    return problem


def _proven(store: WitnessStore, held: Held, misbehaved: Misbehaved) -> LogMisbehaved:
    shown = stated(misbehaved.shown) if misbehaved.shown else Checkpoint(held.origin, 0, EMPTY_ROOT)
    before = held.checkpoint
    if before is None or held.note is None:
        raise AssertionError
    file: object
    try:
        file = store.keep_proof(misbehaved.how.value, held=held.note, shown=misbehaved.shown, proof=misbehaved.proof)
    except WitnessStoreUnusable as unusable:
        # The alarm is given all the same.
        file = f"- ({unusable})"
    return LogMisbehaved(log=held.log, how=misbehaved.how.value, held=before.size, held_root=before.root.hex(),
                         shown=shown.size, shown_root=shown.root.hex(), file=file)  # fmt: skip


def _entry(body: bytes) -> OfficeEntry:
    try:
        said = json.loads(body)
        kind = str(said["kind"])
    except (ValueError, TypeError, KeyError):
        body, kind = b"{}", "-"
    return OfficeEntry(seq=0, at=_NO_TIME, kind=kind, actor="-", body=body, hash=b"")
