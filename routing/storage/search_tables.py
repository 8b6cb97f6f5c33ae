"""Tables for finding: an index over the log, filled behind it, and who asked the log for what.

Nothing is decided or proven by them. The index holds what can be worked out again from the entries at any time; that
is why it may be written late and why no trigger closes it.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, Index, Table

from routing.storage.instant import Instant
from routing.storage.shape import metadata

_TEXT = sa.Text()

entry_index = Table(
    "entry_index",
    metadata,
    Column("application_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    Column("at", Instant(), nullable=False),
    Column("service", _TEXT, nullable=False),
    Column("channel", _TEXT, nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("desk", _TEXT),
    Column("unit", _TEXT, comment="The desk's, when it was indexed"),
    Column("actor", _TEXT, nullable=False),
    Column("decision", _TEXT),
    Column("outcome", _TEXT, comment="How the application ended with this entry; null: it did not"),
    Column("reasons", _TEXT, comment="Codes, with spaces between; null: none"),
    Index("ix_entry_index_at", "at", "application_id", "seq"),
    Index("ix_entry_index_service", "service", "at"),
    Index("ix_entry_index_channel", "channel", "at"),
    Index("ix_entry_index_kind", "kind", "at"),
    Index("ix_entry_index_desk", "desk", "at"),
    Index("ix_entry_index_unit", "unit", "at"),
    Index("ix_entry_index_actor", "actor", "at"),
    *(
        Index(
            f"ix_entry_index_{name}",
            name,
            "at",
            postgresql_where=sa.text(f"{name} IS NOT NULL"),
            sqlite_where=sa.text(f"{name} IS NOT NULL"),
        )
        for name in ("decision", "outcome")
    ),
    comment="What the log is searched by; worked out from the entries, behind them",
)

entry_reasons = Table(
    "entry_reasons",
    metadata,
    Column("reason", _TEXT, primary_key=True),
    Column("at", Instant(), primary_key=True),
    Column("application_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    Column("seq", sa.Integer(), primary_key=True, autoincrement=False),
    comment="Entries by each of their reasons; belongs to entry_index",
)

entry_index_state = Table(
    "entry_index_state",
    metadata,
    Column("no", sa.Integer(), primary_key=True, autoincrement=False, comment="Always 1: there is one"),
    Column("mark", sa.BigInteger(), nullable=False, comment="Before it every entry has been looked at"),
    Column("swept_at", Instant(), comment="When all entries were last looked through; null: not yet"),
    Column("complete_at", Instant(), comment="Whatever was committed before is in it; null: it is being built"),
    comment="How far the index has come: bookkeeping",
)

log_reads = Table(
    "log_reads",
    metadata,
    # No foreign key: PostgreSQL checks one by locking the row, which takes the right to change an append-only table.
    Column("seq", sa.Integer(), primary_key=True, autoincrement=False, comment="Of the office's entry"),
    Column("at", Instant(), nullable=False),
    Column("kind", _TEXT, nullable=False),
    Column("actor", _TEXT, nullable=False),
    Column("number", _TEXT, comment="The application it was about; null: none in particular"),
    Column("question", sa.LargeBinary(32), unique=True, comment="Digest; null: noted every time"),
    Index("ix_log_reads_at", "at", "seq"),
    Index("ix_log_reads_actor", "actor", "at"),
    Index("ix_log_reads_number", "number", "at"),
    comment="Entries of the office that tell who asked the log; append-only by trigger",
)
