"""The whole log under its newest seal, entry by entry in the order of its leaves: what an outsider can check complete.

Other exports are for reading (``log_export``); this one holds bytes and hashes, and can be shown to be all there is.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.audit_chain import rfc3339
from routing.domain.checkpoints import stated
from routing.domain.log_identity import NAMING
from routing.domain.office_entries import OFFICE
from routing.office import Office
from routing.reading.proof_bundle import keys_told, note_with_witnesses
from routing.reading.proofs import NothingSealed
from routing.storage.tables import applications, audit_entries, log_checkpoints, log_leaves, office_entries

#: What the file says it is. A change that a verifier must know of is another number.
FORMAT = "satuatap-log/1"
#: Stands where other lines name their application.
_OF_OFFICE = "office"
_ROWS_AT_ONCE = 2_000

_NEWEST = sa.select(log_checkpoints.c.size, log_checkpoints.c.note).order_by(log_checkpoints.c.size.desc()).limit(1)
_KEYS = (
    sa.select(office_entries.c.body)
    .join(log_leaves, (log_leaves.c.application_id == OFFICE) & (log_leaves.c.seq == office_entries.c.seq))
    .where(office_entries.c.kind.in_(NAMING), log_leaves.c.leaf < sa.bindparam("size"))
    .order_by(office_entries.c.seq)
)
_LEAVES = (
    sa.select(
        log_leaves.c.leaf,
        log_leaves.c.seq,
        applications.c.number,
        sa.func.coalesce(audit_entries.c.body, office_entries.c.body).label("body"),
        # The hash that was sealed, not the one that stands beside the entry now.
        log_leaves.c.hash,
    )
    .outerjoin(
        audit_entries,
        (audit_entries.c.application_id == log_leaves.c.application_id) & (audit_entries.c.seq == log_leaves.c.seq),
    )
    .outerjoin(applications, applications.c.id == log_leaves.c.application_id)
    .outerjoin(office_entries, (log_leaves.c.application_id == OFFICE) & (office_entries.c.seq == log_leaves.c.seq))
    .where(log_leaves.c.leaf < sa.bindparam("size"))
    .order_by(log_leaves.c.leaf)
)


def sealed_log(office: Office) -> Iterator[bytes]:
    """The file, line by line: its header, then a line an entry. Memory does not grow. Raises NothingSealed."""
    with office.reading() as connection:
        seal = connection.execute(_NEWEST).one_or_none()
        if seal is None:
            raise NothingSealed
        yield _line(_header(office, connection, seal))
        for row in connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(_LEAVES, {"size": seal.size}):
            # A leaf whose entry is gone is written down as such: the verifier names the line.
            yield _line(
                {
                    "leaf": row.leaf,
                    "of": row.number or _OF_OFFICE,
                    "seq": row.seq,
                    "body": bytes(row.body or b"").decode(errors="replace"),
                    "hash": bytes(row.hash).hex(),
                }
            )


def _header(office: Office, connection: Connection, seal: Any) -> dict[str, object]:
    origin = stated(seal.note).origin
    bodies = [bytes(row.body) for row in connection.execute(_KEYS, {"size": seal.size})]
    return {
        "format": FORMAT,
        "origin": origin,
        "keys": keys_told(bodies, origin),
        "checkpoint": note_with_witnesses(connection, seal.size, seal.note),
        "made_at": rfc3339(office.now()),
    }


def _line(said: dict[str, object]) -> bytes:
    return json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
