"""The tables of the promise clock: the calendar, the ledger of each application, its warnings and its marks."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from routing.storage.instant import Instant
from routing.storage.shape import metadata

_TEXT = sa.Text()

calendar_versions = Table(
    "calendar_versions",
    metadata,
    Column("hash", _TEXT, primary_key=True, comment="SHA-256 of the document"),
    Column("number", sa.Integer(), nullable=False, unique=True),
    Column("document", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
    Column("made_at", Instant(), nullable=False),
    Column("made_by", _TEXT, nullable=False),
    Column("reason", _TEXT, nullable=False),
    Column("decree", _TEXT, comment="What it rests on"),
    comment="The working calendar, immutable versions",
)

clock_intervals = Table(
    "clock_intervals",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("no", sa.Integer(), primary_key=True, comment="Counts within the application"),
    Column("pause", _TEXT, comment="Why the promise stands still; null: it runs"),
    Column("since", Instant(), nullable=False),
    Column("until", Instant(), comment="Null: it lasts"),
    Column("granted_by", _TEXT, nullable=False, comment="Whose move began it"),
    comment="The ledger: when the promise of an application ran and when it stood still",
)

notices = Table(
    "notices",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("about", _TEXT, primary_key=True, comment="promise, legal or the number of a visit"),
    Column("level", _TEXT, primary_key=True, comment="How near it is, or what has come to pass"),
    Column("due", Instant(), primary_key=True, comment="The moment it warns of"),
    Column("addressee", _TEXT, primary_key=True, comment="desk:<code>, supervisor:<code>, head, inspectorate"),
    Column("at", Instant(), nullable=False, comment="When it was given"),
    Index("ix_notices_addressee", "addressee", "at"),
    comment="Warnings and escalations, each given once",
)

audit_marks = Table(
    "audit_marks",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("seq", sa.Integer(), primary_key=True, comment="The entry that tells of it"),
    Column("mark", _TEXT, primary_key=True, comment="What an auditor should look at"),
    Column("at", Instant(), nullable=False),
    Index("ix_audit_marks_at", "at", "application_id", "seq", "mark"),
    Index("ix_audit_marks_mark", "mark", "at", "application_id", "seq"),
    comment="What the auditor is shown without searching; never changed",
)

forecasts = Table(
    "forecasts",
    metadata,
    Column("service", _TEXT, ForeignKey("services.code"), primary_key=True),
    Column("step", _TEXT, primary_key=True),
    Column("desk", _TEXT, primary_key=True),
    Column("cases", sa.Integer(), nullable=False, comment="Answered applications that passed there"),
    Column("median_days", sa.Integer(), nullable=False, comment="Working days from there to the answer"),
    Column("p90_days", sa.Integer(), nullable=False, comment="Within which nine in ten were answered"),
    Column("computed_at", Instant(), nullable=False),
    comment="How long earlier applications took; computed anew every hour",
)

#: Small enough to stay in memory whatever an office's years have brought. The database itself keeps it, by triggers, as
#: it keeps an index: whoever writes an application, a visit or an interval need not know of it, and cannot forget it.
open_dues = Table(
    "open_dues",
    metadata,
    Column("application_id", sa.BigInteger(), primary_key=True, autoincrement=False),
    Column("visit", sa.Integer(), primary_key=True, autoincrement=False, comment="The number of the open visit"),
    Column("desk", _TEXT, nullable=False),
    Column("service", _TEXT, nullable=False),
    Column("desk_due", Instant(), nullable=False, comment="When the desk's own time ends"),
    Column("promise_due", Instant(), comment="As the application has it"),
    Column("legal_due", Instant(), comment="The same"),
    Column("still_since", Instant(), comment="Since when the promise is paused; null: it is not"),
    Index("ix_open_dues_desk", "desk"),
    Index("ix_open_dues_service", "service"),
    Index("ix_open_dues_desk_due", "desk_due", "application_id", "visit"),
    Index(
        "ix_open_dues_still",
        "still_since",
        "application_id",
        postgresql_where=sa.text("still_since IS NOT NULL"),
        sqlite_where=sa.text("still_since IS NOT NULL"),
    ),
    comment="What is due of each open visit, for the deadline board; kept by triggers",
)
