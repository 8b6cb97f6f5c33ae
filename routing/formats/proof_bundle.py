"""The proof bundle of one application: everything an outsider needs to check its entries, as the bytes of one file.

Pure: values in, bytes out. Where they come from is ``reading.proof_bundle``'s; what is checked, and in which order, is
written in ``docs/proof-bundle.md``, by which both verifiers go.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.domain.audit_chain import rfc3339

#: What the file says it is. A change that a verifier must know of is another number.
FORMAT = "satuatap-bundle/1"
#: The members of a body, at whatever depth, that name a version of a route or of the calendar by its hash.
WORKFLOW_NAMES = ("workflow", "workflow_before")
CALENDAR_NAMES = ("calendar", "calendar_before")
#: The kind of the entries that tell of a document.
_ATTACHED = "attached"
_HASH_CHARACTERS = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class SealedEntry:
    """One entry with its way to the root of the log."""

    seq: int
    body: bytes
    hash: bytes
    leaf: int
    proof: Sequence[bytes]
    #: the hash it follows from; told for the office's entries, of which a bundle holds only some
    previous: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProofBundle:
    """What is handed to whoever doubts."""

    origin: str
    application: str
    #: the log's verifier keys, the oldest first
    keys: Sequence[str]
    #: the signed note, with the cosignatures it has
    checkpoint: str
    entries: Sequence[SealedEntry]
    #: canonical documents by their hashes
    workflows: Mapping[str, bytes]
    calendars: Mapping[str, bytes]
    #: the office's entries that tell of the keys
    office: Sequence[SealedEntry]
    made_at: datetime

    def bytes(self) -> bytes:
        """The file."""
        told = {
            "format": FORMAT,
            "origin": self.origin,
            "application": self.application,
            "keys": list(self.keys),
            "checkpoint": self.checkpoint,
            "entries": [_told(entry) for entry in self.entries],
            "documents": list(_documents(self.entries)),
            "workflows": _texts(self.workflows),
            "calendars": _texts(self.calendars),
            "office": [_told(entry) for entry in self.office],
            "made_at": rfc3339(self.made_at),
        }
        return json.dumps(told, ensure_ascii=False, indent=1).encode() + b"\n"


def hashes_named(said: Any, names: Sequence[str]) -> Iterator[str]:
    """The hashes that stand under one of the names, anywhere in what an entry says."""
    if isinstance(said, Mapping):
        for name, one in said.items():
            if name in names and isinstance(one, str) and len(one) == _HASH_CHARACTERS:
                yield one
            yield from hashes_named(one, names)
    elif isinstance(said, list):
        for one in said:
            yield from hashes_named(one, names)


def _told(entry: SealedEntry) -> dict[str, object]:
    previous = {} if entry.previous is None else {"previous": entry.previous.hex()}
    return {
        "seq": entry.seq,
        "body": entry.body.decode(),
        **previous,
        "hash": entry.hash.hex(),
        "leaf": entry.leaf,
        "proof": [one.hex() for one in entry.proof],
    }


def _documents(entries: Sequence[SealedEntry]) -> Iterator[dict[str, object]]:
    for entry in entries:
        said = json.loads(entry.body)
        if said["kind"] == _ATTACHED:
            yield {"entry": entry.seq, "digest": said["digest"]}


def _texts(documents: Mapping[str, bytes]) -> dict[str, str]:
    return {name: documents[name].decode() for name in sorted(documents)}
