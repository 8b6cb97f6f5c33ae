"""Under which name the log speaks and with which keys, as the log itself says: begun once, its key changed at times.

Pure: from the office's entries. That an entry says so proves little to an outsider, who pins a key; but it shows which
key followed which, each new one signed by the one before it.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from routing.domain.checkpoints import VerifierKey
from routing.domain.office_entries import OfficeEntry

#: The kinds of entry that say who the log is: facts ``origin`` (not of a rotation) and ``key``, a verifier key.
LOG_BEGUN = "log-begun"
KEY_ROTATED = "key-rotated"
INCARNATION_BEGUN = "incarnation-begun"
NAMING = (LOG_BEGUN, KEY_ROTATED, INCARNATION_BEGUN)


@dataclass(frozen=True, slots=True)
class LogIdentity:
    """The log's name, and its keys so far, the oldest first."""

    origin: str
    keys: tuple[VerifierKey, ...]

    @property
    def key(self) -> VerifierKey:
        """The key it signs with now."""
        return self.keys[-1]


def identity(entries: Iterable[OfficeEntry]) -> LogIdentity | None:
    """Who the log is by its entries in their order; None: it has not begun. Raises ValueError where one is none."""
    keys = [VerifierKey.parsed(str(entry.said.get("key"))) for entry in entries if entry.kind in NAMING]
    return LogIdentity(keys[-1].name, tuple(keys)) if keys else None


def begun(key: VerifierKey) -> Mapping[str, Any]:
    """What the entry says with which the log begins."""
    return {"origin": key.name, "key": key.text}


def rotated(old: VerifierKey, new: VerifierKey, signer: Ed25519PrivateKey) -> Mapping[str, Any]:
    """What the entry says with which the ``old`` key, in the hand of ``signer``, hands over to the new one."""
    return {"key": new.text, "old": old.text, "signature": base64.b64encode(signer.sign(_handed_over(new))).decode()}


def is_handed_over(old: VerifierKey, entry: OfficeEntry) -> bool:
    """Whether the old key has signed the new one that the entry names."""
    said = entry.said
    try:
        new = VerifierKey.parsed(str(said.get("key")))
        signature = base64.b64decode(str(said.get("signature")), validate=True)
        Ed25519PublicKey.from_public_bytes(old.public).verify(signature, _handed_over(new))
    except (ValueError, binascii.Error, InvalidSignature):
        return False
    return said.get("old") == old.text


def _handed_over(new: VerifierKey) -> bytes:
    # The first line keeps it from being taken for a checkpoint, which never begins so.
    return f"satuatap key-rotated/v1\n{new.text}\n".encode()
