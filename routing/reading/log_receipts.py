"""Which receipts has an application, and does the log still say what one of them says?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.checkpoints import VerifierKey
from routing.domain.log_receipts import RECEIPT_KEY, RECEIPTED, LogReceipt, is_signed_by, signed_receipt
from routing.office import Office
from routing.storage.tables import applications, audit_entries, log_checkpoints, log_leaves
from routing.storage.transaction import Transaction

_LEAF = (log_leaves.c.application_id == audit_entries.c.application_id) & (log_leaves.c.seq == audit_entries.c.seq)
_ENTRIES = (
    sa.select(
        applications.c.number, audit_entries.c.seq, audit_entries.c.at, audit_entries.c.kind, audit_entries.c.hash,
        log_leaves.c.leaf,
    )
    .join_from(audit_entries, applications, applications.c.id == audit_entries.c.application_id)
    .outerjoin(log_leaves, _LEAF)
)  # fmt: skip
_OF_CODE = _ENTRIES.where(
    applications.c.tracking_code == sa.bindparam("code"), audit_entries.c.kind.in_(RECEIPTED)
).order_by(audit_entries.c.seq.desc())
_OF_NUMBER = _ENTRIES.where(
    applications.c.number == sa.bindparam("number"), audit_entries.c.kind.in_(RECEIPTED)
).order_by(audit_entries.c.seq.desc())
_ONE = _ENTRIES.where(applications.c.number == sa.bindparam("number"), audit_entries.c.seq == sa.bindparam("seq"))
_KNOWN = sa.select(applications.c.entry_count).where(applications.c.number == sa.bindparam("number"))
_SEALED = (
    sa.select(log_checkpoints.c.size, log_checkpoints.c.at)
    .where(log_checkpoints.c.size > sa.bindparam("leaf"))
    .order_by(log_checkpoints.c.size)
    .limit(1)
)


class Finding(StrEnum):
    """What a receipt comes to."""

    #: signed by the office, and the log says the same
    HOLDS = "holds"
    #: no key that the log names has signed it
    NOT_SIGNED = "not-signed"
    #: signed, and the office knows no such application: it has lost it, or the receipt is another office's
    APPLICATION_GONE = "application-gone"
    #: signed, and the application's log ends before this entry
    ENTRY_GONE = "entry-gone"
    #: signed, and the entry there is another one now
    ENTRY_CHANGED = "entry-changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenReceipt:
    """A receipt, and how far the log has gone with its entry."""

    receipt: LogReceipt
    kind: str
    #: its place in the log's Merkle tree; None: it has not been ordered yet
    leaf: int | None
    #: the size and time of the first checkpoint that covers it; None: it is not sealed yet
    sealed_size: int | None
    sealed_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptVerdict:
    """What was found out about a receipt that somebody brought."""

    finding: Finding
    #: how many entries the application's log has; 0: it is not there
    entries: int = 0
    leaf: int | None = None
    sealed_size: int | None = None
    sealed_at: datetime | None = None


def receipts_with_code(office: Office, tracking_code: str) -> list[GivenReceipt]:
    """The receipts of the application with this tracking code, the newest first. Raises LogKeyUnusable."""
    return _given(office, _OF_CODE, {"code": tracking_code})


def receipts_of(office: Office, number: str) -> list[GivenReceipt]:
    """The receipts of this application, the newest first. Raises LogKeyUnusable."""
    return _given(office, _OF_NUMBER, {"number": number})


def judge_receipt(office: Office, receipt: LogReceipt) -> ReceiptVerdict:
    """Whether the log still says what the receipt says. Whoever doubts the office itself takes the verifier instead."""
    with office.reading() as connection:
        is_ours = is_signed_by(receipt, _keys(connection))
        entries = connection.execute(_KNOWN, {"number": receipt.number}).scalar()
        row = connection.execute(_ONE, {"number": receipt.number, "seq": receipt.seq}).one_or_none()
        size, sealed_at = _sealed(connection, row.leaf if row is not None else None)
    if not is_ours:
        return ReceiptVerdict(finding=Finding.NOT_SIGNED, entries=entries or 0)
    if entries is None:
        return ReceiptVerdict(finding=Finding.APPLICATION_GONE)
    if row is None:
        return ReceiptVerdict(finding=Finding.ENTRY_GONE, entries=entries)
    is_same = bytes(row.hash) == receipt.hash and row.at == receipt.at
    return ReceiptVerdict(
        finding=Finding.HOLDS if is_same else Finding.ENTRY_CHANGED,
        entries=entries,
        leaf=row.leaf,
        sealed_size=size,
        sealed_at=sealed_at,
    )


def _given(office: Office, statement: sa.Select[*tuple[object, ...]], values: dict[str, str]) -> list[GivenReceipt]:
    key = office.receipt_key()
    with office.reading() as connection:
        rows = connection.execute(statement, values).all()
        sealed = [_sealed(connection, row.leaf) for row in rows]
    return [
        GivenReceipt(
            receipt=signed_receipt(row.number, row.seq, bytes(row.hash), row.at, key),
            kind=row.kind,
            leaf=row.leaf,
            sealed_size=size,
            sealed_at=at,
        )
        for row, (size, at) in zip(rows, sealed, strict=True)
    ]


def _sealed(connection: Connection, leaf: int | None) -> tuple[int | None, datetime | None]:
    """Size and time of the first checkpoint that covers the leaf."""
    found = connection.execute(_SEALED, {"leaf": leaf}).one_or_none() if leaf is not None else None
    return (found.size, found.at) if found is not None else (None, None)


def _keys(connection: Connection) -> Iterator[VerifierKey]:
    """What the log names as receipts' keys, whenever it did."""
    for entry in Transaction(connection).office_log.of_kind(RECEIPT_KEY):
        yield VerifierKey.parsed(str(entry.said.get("key")))
