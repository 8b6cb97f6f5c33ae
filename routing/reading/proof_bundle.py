"""What an outsider needs in order to check one application's entries: as one file, under one seal.

Nothing is checked here: a file that the office's own program had found good would prove nothing. Entries that no seal
covers yet are left out, and counted.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import GENESIS
from routing.domain.checkpoints import stated, with_lines_of
from routing.domain.errors import Refusal, UnknownApplication
from routing.domain.log_identity import NAMING
from routing.domain.merkle_log import Get, inclusion_proof, places_needed
from routing.domain.office_entries import OFFICE
from routing.domain.sealing import LogForked
from routing.formats.proof_bundle import CALENDAR_NAMES, WORKFLOW_NAMES, ProofBundle, SealedEntry, hashes_named
from routing.office import Office
from routing.storage.subtrees import subtrees
from routing.storage.tables import (
    applications,
    audit_entries,
    calendar_versions,
    log_anchors,
    log_checkpoints,
    log_leaves,
    office_entries,
    workflow_versions,
)

#: The kinds of the office's entries that tell of keys: the log's own, and the one receipts are signed with.
TELLS_OF_KEYS = (*NAMING, "receipt-key")
# A database takes only so many values in one question.
_AT_ONCE = 2_000

_APPLICATION = sa.select(applications.c.id).where(applications.c.number == sa.bindparam("number"))
_ENTRIES = (
    sa.select(audit_entries.c.seq, audit_entries.c.body, audit_entries.c.hash, log_leaves.c.leaf)
    .outerjoin_from(
        audit_entries,
        log_leaves,
        (log_leaves.c.application_id == audit_entries.c.application_id) & (log_leaves.c.seq == audit_entries.c.seq),
    )
    .where(audit_entries.c.application_id == sa.bindparam("id"))
    .order_by(audit_entries.c.seq)
)
_before = office_entries.alias("before")
_OFFICE_ENTRIES = (
    sa.select(
        office_entries.c.seq, office_entries.c.body, office_entries.c.hash, log_leaves.c.leaf,
        _before.c.hash.label("previous"),
    )
    .join_from(
        office_entries,
        log_leaves,
        (log_leaves.c.application_id == OFFICE) & (log_leaves.c.seq == office_entries.c.seq),
    )
    .outerjoin(_before, _before.c.seq == office_entries.c.seq - 1)
    .where(office_entries.c.kind.in_(TELLS_OF_KEYS), log_leaves.c.leaf < sa.bindparam("size"))
    .order_by(office_entries.c.seq)
)  # fmt: skip
_NEWEST_SEAL = sa.select(log_checkpoints.c.size, log_checkpoints.c.note).order_by(log_checkpoints.c.size.desc())
_NEWEST_ANCHORED = sa.select(sa.func.max(log_anchors.c.size)).where(log_anchors.c.size > sa.bindparam("leaf"))
_ANCHORS = sa.select(log_anchors.c.note).where(log_anchors.c.size == sa.bindparam("size")).order_by(log_anchors.c.id)


class NotSealedYet(Refusal):
    """No entry of {number} has been sealed yet. The sequencer does it within a minute; ask again then."""

    code = "not_sealed_yet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundled:
    """The bundle, and how many of the newest entries are not in it because no seal covers them yet."""

    bundle: ProofBundle
    unsealed: int


def proof_bundle(office: Office, number: str) -> Bundled:
    """The proof of one application's entries as they stand in the books. Raises UnknownApplication, NotSealedYet.

    Raises LogForked where the tree that was sealed is no longer whole.
    """
    with office.reading() as connection:
        found = connection.execute(_APPLICATION, {"number": number}).scalar()
        if found is None:
            raise UnknownApplication(number=number)
        rows = connection.execute(_ENTRIES, {"id": found}).all()
        seal = _seal(connection, _leading_leaves(rows, None))
        sealed = rows[: len(_leading_leaves(rows, seal.size))] if seal is not None else []
        if seal is None or not sealed:
            raise NotSealedYet(number=number)
        of_office = connection.execute(_OFFICE_ENTRIES, {"size": seal.size}).all()
        get = _stored(connection, [row.leaf for row in (*sealed, *of_office)], seal.size)
        said = [json.loads(row.body) for row in sealed]
        origin = stated(seal.note).origin
        bundle = ProofBundle(
            origin=origin,
            application=number,
            keys=_keys(of_office, origin),
            checkpoint=note_with_witnesses(connection, seal.size, seal.note),
            entries=[_sealed(row, get, seal.size) for row in sealed],
            workflows=_documents(connection, workflow_versions, said, WORKFLOW_NAMES),
            calendars=_documents(connection, calendar_versions, said, CALENDAR_NAMES),
            office=[_sealed(row, get, seal.size, previous=bytes(row.previous or GENESIS)) for row in of_office],
            made_at=office.now(),
        )
    return Bundled(bundle=bundle, unsealed=len(rows) - len(sealed))


def note_with_witnesses(connection: Connection, size: int, note: str) -> str:
    """The note with every cosignature that came back for it."""
    for (cosigned,) in connection.execute(_ANCHORS, {"size": size}):
        note = with_lines_of(note, cosigned)
    return note


def keys_told(bodies: Sequence[bytes], origin: str) -> list[str]:
    """The keys of the log of that name that the office's entries tell of, the oldest first."""
    said = [json.loads(body) for body in bodies]
    keys = [one["key"] for one in said if one["kind"] in NAMING]
    return [key for key in keys if key.startswith(f"{origin}+")]


def _leading_leaves(rows: Sequence[Any], size: int | None) -> list[int]:
    """The leaves of the first entries, up to one that has none or is not among the first ``size``."""
    leaves: list[int] = []
    for row in rows:
        if row.leaf is None or (size is not None and row.leaf >= size):
            break
        leaves.append(row.leaf)
    return leaves


def _seal(connection: Connection, leaves: Sequence[int]) -> Any:
    """The newest seal that somebody outside holds, if it covers as much as the newest of all; else that one."""
    newest = connection.execute(_NEWEST_SEAL.limit(1)).one_or_none()
    covered = [leaf for leaf in leaves if newest is not None and leaf < newest.size]
    if not covered:
        return newest
    anchored = connection.execute(_NEWEST_ANCHORED, {"leaf": max(covered)}).scalar()
    held = connection.execute(_NEWEST_SEAL.where(log_checkpoints.c.size == anchored)).one_or_none()
    return held or newest


def _stored(connection: Connection, leaves: Sequence[int], size: int) -> Get:
    """The subtrees that the proofs of these leaves are made of, asked for together."""

    def asked(leaf: int) -> list[tuple[int, int]]:
        return places_needed(lambda get: inclusion_proof(get, leaf, size))

    wanted = sorted({place for leaf in leaves for place in asked(leaf)})
    known: dict[tuple[int, int], bytes] = {}
    for start in range(0, len(wanted), _AT_ONCE):
        known |= subtrees(connection, wanted[start : start + _AT_ONCE])

    def get(level: int, place: int) -> bytes:
        if (level, place) not in known:
            raise LogForked(LogForked.__doc__)
        return known[level, place]

    return get


def _sealed(row: Any, get: Get, size: int, *, previous: bytes | None = None) -> SealedEntry:
    return SealedEntry(
        seq=row.seq,
        body=bytes(row.body),
        hash=bytes(row.hash),
        leaf=row.leaf,
        proof=inclusion_proof(get, row.leaf, size),
        previous=previous,
    )


def _keys(of_office: Sequence[Any], origin: str) -> list[str]:
    return keys_told([bytes(row.body) for row in of_office], origin)


def _documents(
    connection: Connection, table: sa.Table, said: Sequence[Mapping[str, Any]], names: Sequence[str]
) -> dict[str, bytes]:
    wanted = {one for body in said for one in hashes_named(body, names)}
    rows = connection.execute(sa.select(table.c.hash, table.c.document).where(table.c.hash.in_(sorted(wanted))))
    return {row.hash: bytes(row.document) for row in rows}
