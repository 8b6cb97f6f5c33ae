"""What the log says of no application: one chain of the office's own entries, beside the chains of applications.

The log begun, a key changed, an auditor's search, an export. The bytes are made as those of ``audit_chain``;
``"office": true`` stands where the others name their application, so that neither passes for the other.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.domain.audit_chain import SCHEMA, canonical, link, rfc3339, said_in

#: Stands in a leaf where others have their application.
OFFICE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class OfficeEntry:
    """One line of the record, with the columns it can be found by beside its bytes."""

    seq: int
    at: datetime
    kind: str
    actor: str
    body: bytes
    hash: bytes

    @property
    def said(self) -> Mapping[str, Any]:
        """What it says."""
        return said_in(self.body) or {}


def write_office_entry(
    *, seq: int, previous: bytes, at: datetime, kind: str, actor: str, facts: Mapping[str, Any]
) -> OfficeEntry:
    """An entry chained to ``previous``; ``facts`` are JSON values, those that are None are left out."""
    said = {name: fact for name, fact in facts.items() if fact is not None}
    body = canonical(
        {**said, "schema": SCHEMA, "office": True, "seq": seq, "at": rfc3339(at), "kind": kind, "actor": actor}
    )
    return OfficeEntry(seq=seq, at=at, kind=kind, actor=actor, body=body, hash=link(previous, body))


def differs_from_its_body(entry: OfficeEntry) -> str | None:
    """The first column that says something else than the hashed bytes do; None: they agree."""
    said = said_in(entry.body)
    if said is None:
        return "body"
    columns = {"office": True, "seq": entry.seq, "at": rfc3339(entry.at), "kind": entry.kind, "actor": entry.actor}
    return next((name for name, value in columns.items() if said.get(name) != value), None)
