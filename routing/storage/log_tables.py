"""The tables of the log: entries of applications and of the office, their leaves, the tree over them, the seals."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table, UniqueConstraint
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement

from routing.storage.instant import Instant
from routing.storage.shape import metadata

_TEXT = sa.Text()


class WritingTransaction(ColumnElement[int]):
    """The number of the transaction that writes the row; SQLite, which has one writer at a time, numbers none."""

    inherit_cache = True
    type = sa.BigInteger()


@compiles(WritingTransaction, "postgresql")
def _as_postgresql_says_it(_element: WritingTransaction, _compiler: Any, **_options: Any) -> str:
    return "((pg_current_xact_id())::text)::bigint"


@compiles(WritingTransaction)
def _as_others_say_it(_element: WritingTransaction, _compiler: Any, **_options: Any) -> str:
    return "NULL"


audit_entries = Table(
    "audit_entries",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("seq", sa.Integer(), primary_key=True),
    Column("at", Instant(), nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("desk", _TEXT),
    Column("actor", _TEXT, nullable=False),
    Column("body", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
    Column("hash", sa.LargeBinary(32), nullable=False, comment="SHA-256 over prefix, previous hash, length, body"),
    Column(
        "written_in",
        sa.BigInteger(),
        server_default=WritingTransaction(),
        comment="The transaction that wrote it; null: not numbered",
    ),
    Index("ix_audit_entries_at", "at", "application_id", "seq"),
    Index(
        "ix_audit_entries_written_in",
        "written_in",
        postgresql_where=sa.text("written_in IS NOT NULL"),
        sqlite_where=sa.text("written_in IS NOT NULL"),
    ),
    comment="The log: append-only by trigger, one hash chain an application",
)

office_entries = Table(
    "office_entries",
    metadata,
    Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    Column("at", Instant(), nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("actor", _TEXT, nullable=False),
    Column("body", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
    Column("hash", sa.LargeBinary(32), nullable=False, comment="SHA-256 over prefix, previous hash, length, body"),
    Index("ix_office_entries_kind", "kind", "seq"),
    comment="What the log says of no application: one chain, append-only by trigger",
)

#: Application 0 is the office itself.
log_leaves = Table(
    "log_leaves",
    metadata,
    Column("leaf", sa.BigInteger(), primary_key=True, autoincrement=False, comment="Counts from 0, without a gap"),
    Column("application_id", sa.BigInteger(), nullable=False, comment="0: an entry of the office"),
    Column("seq", sa.Integer(), nullable=False),
    Column("hash", sa.LargeBinary(32), nullable=False, comment="The entry's own, which its chain gave it"),
    UniqueConstraint("application_id", "seq"),
    comment="The entries in the order in which they were sealed; append-only by trigger",
)

log_nodes = Table(
    "log_nodes",
    metadata,
    Column("level", sa.Integer(), primary_key=True, autoincrement=False, comment="Over 2^level leaves"),
    Column("place", sa.BigInteger(), primary_key=True, autoincrement=False),
    Column("hash", sa.LargeBinary(32), nullable=False),
    comment="The complete subtrees over the leaves, level 1 and above; append-only by trigger",
)

log_checkpoints = Table(
    "log_checkpoints",
    metadata,
    Column("size", sa.BigInteger(), primary_key=True, autoincrement=False, comment="Leaves it speaks for"),
    Column("root", sa.LargeBinary(32), nullable=False),
    Column("at", Instant(), nullable=False),
    Column("note", _TEXT, nullable=False, comment="The signed note (C2SP), as it is shown"),
    Column("key_id", _TEXT, nullable=False, comment="Of the key that signed it"),
    comment="Seals: the log's size and root, signed; append-only by trigger",
)

log_anchors = Table(
    "log_anchors",
    metadata,
    Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    Column("witness", _TEXT, nullable=False, comment="Who holds it outside this office"),
    Column("size", sa.BigInteger(), nullable=False),
    Column("note", _TEXT, nullable=False, comment="The note with the witness's line"),
    Column("at", Instant(), nullable=False, comment="When it came back"),
    UniqueConstraint("witness", "size"),
    Index("ix_log_anchors_size", "size"),
    comment="Seals that somebody outside holds; append-only by trigger",
)

sequencer_state = Table(
    "sequencer_state",
    metadata,
    Column("no", sa.Integer(), primary_key=True, autoincrement=False, comment="Always 1: there is one"),
    Column("mark", sa.BigInteger(), nullable=False, comment="Before it every entry has its leaf"),
    Column("swept_at", Instant(), comment="When it last looked through all entries; null: not yet"),
    comment="How far the sequencer has come: bookkeeping, and the only row here that changes",
)
