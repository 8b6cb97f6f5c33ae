"""A log that was begun anew after a lawful restore: the entry that begins it, and which keys follow from which.

Pure: from the office's entries. The new log says itself which checkpoint of the old one it does not reach any more, so
that nobody who holds that one takes the restore for a fraud, or the other way round.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from routing.domain.audit_chain import canonical
from routing.domain.checkpoints import Checkpoint, NoteRefused, VerifierKey, stated
from routing.domain.log_identity import INCARNATION_BEGUN, KEY_ROTATED, is_handed_over
from routing.domain.office_entries import OfficeEntry

_NUMBERED = re.compile(r"(.*/)([1-9][0-9]{0,6})")
_SIGNED = ("origin", "key", "old", "checkpoint", "restored", "reason", "by")


@dataclass(frozen=True, slots=True, kw_only=True)
class Incarnation:
    """What the first entry of a log says that goes on from a restored database."""

    #: the log's new name, and the key it signs with under that name
    key: VerifierKey
    #: the same key under the name the log had before
    old: VerifierKey
    #: the newest checkpoint that was held outside: what is behind it in the old log is lost
    note: str
    #: how many leaves were restored; this entry is the next one
    restored: int
    reason: str
    #: the accounts of those who did it together
    by: tuple[str, str]

    @property
    def origin(self) -> str:
        """The log's new name."""
        return self.key.name

    @property
    def lost(self) -> Checkpoint:
        """What the old log had come to."""
        return stated(self.note)


def number_of(origin: str) -> int:
    """Which incarnation the name is of: the number at its end, else the first."""
    found = _NUMBERED.fullmatch(origin)
    return int(found[2]) if found else 1


def next_origin(origin: str) -> str:
    """The name of the incarnation after it."""
    found = _NUMBERED.fullmatch(origin)
    return f"{found[1]}{int(found[2]) + 1}" if found else f"{origin}/2"


def begun_anew(
    *, old: VerifierKey, signer: Ed25519PrivateKey, note: str, restored: int, reason: str, by: tuple[str, str]
) -> Mapping[str, Any]:
    """What the entry says with which the log, ``old`` until now, begins anew, signed by its own key."""
    key = VerifierKey.of(next_origin(old.name), signer)
    said: dict[str, Any] = {"origin": key.name, "key": key.text, "old": old.text, "checkpoint": note}
    said |= {"restored": restored, "reason": reason, "by": list(by)}
    return said | {"signature": base64.b64encode(signer.sign(_statement(said))).decode()}


def incarnation_of(entry: OfficeEntry) -> Incarnation | None:
    """What the entry says, when it is well-formed and signed by the key it names; None: it is not to be believed."""
    said = entry.said
    try:
        old, key = VerifierKey.parsed(str(said["old"])), VerifierKey.parsed(str(said["key"]))
        signature = base64.b64decode(str(said["signature"]), validate=True)
        Ed25519PublicKey.from_public_bytes(old.public).verify(signature, _statement(said))
        first, second = said["by"]
        made = Incarnation(
            key=key,
            old=old,
            note=str(said["checkpoint"]),
            restored=int(said["restored"]),
            reason=str(said["reason"]),
            by=(str(first), str(second)),
        )
        is_sound = key.public == old.public and key.name == said["origin"] and made.lost.origin == old.name
    except (KeyError, TypeError, ValueError, binascii.Error, InvalidSignature, NoteRefused):
        return None
    return made if is_sound and entry.kind == INCARNATION_BEGUN else None


def followed(
    trusted: Iterable[VerifierKey], entries: Iterable[OfficeEntry]
) -> tuple[tuple[VerifierKey, ...], tuple[Incarnation, ...]]:
    """The keys that follow from the trusted ones by their own signatures, and the incarnations they have begun."""
    keys, begun = list(trusted), list[Incarnation]()
    for entry in entries:
        if entry.kind == KEY_ROTATED:
            keys += [new for old in keys[:] for new in _handed_to(old, entry) if new not in keys]
        elif entry.kind == INCARNATION_BEGUN:
            made = incarnation_of(entry)
            if made is not None and made.old in keys:
                begun.append(made)
                keys.append(made.key)
    return tuple(keys), tuple(begun)


def _handed_to(old: VerifierKey, entry: OfficeEntry) -> list[VerifierKey]:
    if not is_handed_over(old, entry):
        return []
    new = VerifierKey.parsed(str(entry.said.get("key")))
    return [new] if new.name == old.name else []


def _statement(said: Mapping[str, Any]) -> bytes:
    # The first line keeps it from being taken for a checkpoint or a rotation.
    return b"satuatap incarnation-begun/v1\n" + canonical({name: said[name] for name in _SIGNED})
