"""The tables, the same on SQLite and PostgreSQL. ``migrations`` makes them; a test proves that both are equal."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from routing.storage.account_tables import api_tokens, assignments, kept_answers, one_time_links, people, sign_ins
from routing.storage.clock_tables import audit_marks, calendar_versions, clock_intervals, forecasts, notices, open_dues
from routing.storage.instant import Instant
from routing.storage.log_tables import (
    audit_entries,
    log_anchors,
    log_checkpoints,
    log_leaves,
    log_nodes,
    office_entries,
    sequencer_state,
)
from routing.storage.search_tables import entry_index, entry_index_state, entry_reasons, log_reads
from routing.storage.shape import metadata
from routing.storage.signal_tables import signal_answers

__all__ = [
    "api_tokens",
    "application_keys",
    "applications",
    "assignments",
    "attachments",
    "audit_entries",
    "audit_marks",
    "calendar_versions",
    "clock_intervals",
    "desks",
    "entry_index",
    "entry_index_state",
    "entry_reasons",
    "forecasts",
    "kept_answers",
    "log_anchors",
    "log_checkpoints",
    "log_leaves",
    "log_nodes",
    "log_reads",
    "master_keys",
    "metadata",
    "notes",
    "notices",
    "office_entries",
    "one_time_links",
    "open_dues",
    "particulars",
    "people",
    "quota_counts",
    "reveals",
    "roles",
    "sequencer_state",
    "services",
    "sign_ins",
    "signal_answers",
    "units",
    "visits",
    "workflow_versions",
]

_TEXT = sa.Text()

units = Table(
    "units",
    metadata,
    Column("code", _TEXT, primary_key=True),
    Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
    comment="Agencies under the roof",
)

desks = Table(
    "desks",
    metadata,
    Column("code", _TEXT, primary_key=True, comment="Names the queue: desk.<code>"),
    Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
    Column("unit", _TEXT, ForeignKey("units.code"), nullable=False),
    Column("counter", sa.Boolean(), nullable=False, comment="Faces the public"),
    comment="Where somebody decides",
)

roles = Table(
    "roles",
    metadata,
    Column("code", _TEXT, primary_key=True),
    Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
    comment="What a person may be at a desk",
)

workflow_versions = Table(
    "workflow_versions",
    metadata,
    Column("hash", _TEXT, primary_key=True, comment="SHA-256 of the document"),
    Column("service", _TEXT, nullable=False),
    Column("document", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
    Column("published_at", Instant(), nullable=False),
    Column("published_by", _TEXT, nullable=False),
    comment="Published routes, immutable",
)

services = Table(
    "services",
    metadata,
    Column("code", _TEXT, primary_key=True),
    Column(
        "workflow",
        _TEXT,
        ForeignKey("workflow_versions.hash"),
        nullable=False,
        comment="The version in force",
    ),
    Column("last_number", sa.BigInteger(), nullable=False, comment="Last application number given out"),
    comment="What one can apply for",
)

applications = Table(
    "applications",
    metadata,
    Column("id", sa.BigInteger(), primary_key=True, autoincrement=False, comment="Ordered by time of submission"),
    Column("number", _TEXT, nullable=False, unique=True),
    Column("tracking_code", _TEXT, nullable=False, unique=True),
    Column("service", _TEXT, ForeignKey("services.code"), nullable=False),
    Column(
        "workflow",
        _TEXT,
        ForeignKey("workflow_versions.hash"),
        nullable=False,
        comment="Pinned at submission",
    ),
    Column("step", _TEXT, nullable=False, comment="Step or end it is at"),
    Column("outcome", _TEXT, comment="How it ended; null: open"),
    Column("version", sa.Integer(), nullable=False, comment="Moves so far"),
    Column("visit_count", sa.Integer(), nullable=False),
    Column("entry_count", sa.Integer(), nullable=False),
    Column("chain_head", sa.LargeBinary(32), nullable=False, comment="Hash of the last entry"),
    Column("submitted_at", Instant(), nullable=False),
    Column("changed_at", Instant(), nullable=False),
    Column("channel", _TEXT, nullable=False),
    Column("imported_case", _TEXT, comment="The case's name in the log it came from"),
    Column("facts", sa.JSON(), nullable=False, comment="Nothing personal"),
    Column("papers", sa.JSON(), nullable=False, comment="Codes of the requirements handed in"),
    Column("submission_key", _TEXT, unique=True, comment="The same key twice is the same submission"),
    Column("applicant_index", sa.LargeBinary(16), comment="Keyed index of the applicant's NIK"),
    Column("erased_at", Instant(), comment="When the applicant's personal data was destroyed"),
    Column("calendar", _TEXT, comment="What its days are counted by"),
    Column("promise_due", Instant(), comment="When the promise ends; null: none, or it stands still"),
    Column("legal_due", Instant(), comment="The same of the limit a law sets"),
    Column("wake_at", Instant(), comment="When the clock looks at it next"),
    Column("deemed_at", Instant(), comment="When the law deemed it granted; never changed"),
    Column("answered_at", Instant(), comment="When the office answered; null: it has not, or its route does not say"),
    Index("ix_applications_service_submitted", "service", "submitted_at"),
    Index("ix_applications_applicant", "applicant_index"),
    Index(
        "ix_applications_promise",
        "promise_due",
        "id",
        postgresql_where=sa.text("outcome IS NULL AND answered_at IS NULL"),
        sqlite_where=sa.text("outcome IS NULL AND answered_at IS NULL"),
    ),
    Index(
        "ix_applications_legal",
        "legal_due",
        "id",
        postgresql_where=sa.text("outcome IS NULL AND answered_at IS NULL"),
        sqlite_where=sa.text("outcome IS NULL AND answered_at IS NULL"),
    ),
    Index(
        "ix_applications_wake",
        "wake_at",
        postgresql_where=sa.text("wake_at IS NOT NULL"),
        sqlite_where=sa.text("wake_at IS NOT NULL"),
    ),
    Index(
        "ix_applications_calendar",
        "calendar",
        "id",
        postgresql_where=sa.text("outcome IS NULL"),
        sqlite_where=sa.text("outcome IS NULL"),
    ),
    comment="The documents that travel",
)

quota_counts = Table(
    "quota_counts",
    metadata,
    Column("service", _TEXT, ForeignKey("services.code"), primary_key=True),
    Column("counted_as", _TEXT, primary_key=True, comment="Period, and what the form says in the field counted by"),
    Column("count", sa.Integer(), nullable=False),
    comment="How many applications have used a quota",
)

visits = Table(
    "visits",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("no", sa.Integer(), primary_key=True, comment="Counts within the application"),
    Column("step", _TEXT, nullable=False),
    Column("desk", _TEXT, ForeignKey("desks.code"), nullable=False),
    Column("sent_at", Instant(), nullable=False),
    Column("arrived_at", Instant(), comment="Null and open: a hand-off on its way"),
    Column("holder", _TEXT, comment="Who has taken it"),
    Column("claimed_at", Instant()),
    Column("closed_at", Instant(), comment="Decided or recalled"),
    Column("decision", _TEXT, comment="Null on a closed visit: recalled"),
    Column("decided_by", _TEXT),
    Column("rings", sa.Integer(), nullable=False, server_default="0", comment="Messages sent for it"),
    Column("ring_again_at", Instant(), comment="When the relay rings for it again; null: not rung yet"),
    Column("message", _TEXT, comment="The last Celery message that carried it"),
    Column("due_at", Instant(), nullable=False, comment="When the desk's own time for it ends"),
    Column("origin_step", _TEXT, comment="Where a return to the applicant goes back to"),
    Column("origin_desk", _TEXT),
    Column("lease_until", Instant(), comment="Until when it is held; null: as long as the holder likes"),
    Column("version", sa.Integer(), nullable=False, comment="The application's version when it last changed"),
    Column("attempts", sa.Integer(), nullable=False, comment="How often the program of the desk has tried"),
    Column("act_at", Instant(), comment="When the program tries (again); null: it does not"),
    Column("trouble", sa.JSON(none_as_null=True), comment="Why it has not decided: code and facts of a sentence"),
    Column("needs_attention", sa.Boolean(), nullable=False, comment="The program has given up"),
    Column("warn_at", Instant(), comment="When the clock looks at it next"),
    Column("obstacle_at", Instant(), comment="When the desk said that something is in its way"),
    comment="Stays at desks; the open ones are the queues",
)
Index(
    "ix_visits_on_their_way",
    visits.c.ring_again_at,
    sqlite_where=sa.text("arrived_at IS NULL AND closed_at IS NULL"),
    postgresql_where=sa.text("arrived_at IS NULL AND closed_at IS NULL"),
)
Index(
    "ix_visits_at_desk",
    visits.c.desk,
    visits.c.due_at,
    visits.c.arrived_at,
    sqlite_where=sa.text("closed_at IS NULL"),
    postgresql_where=sa.text("closed_at IS NULL"),
)
Index(
    "ix_visits_to_act",
    visits.c.act_at,
    sqlite_where=sa.text("act_at IS NOT NULL"),
    postgresql_where=sa.text("act_at IS NOT NULL"),
)
Index(
    "ix_visits_to_warn",
    visits.c.warn_at,
    sqlite_where=sa.text("warn_at IS NOT NULL"),
    postgresql_where=sa.text("warn_at IS NOT NULL"),
)

master_keys = Table(
    "master_keys",
    metadata,
    Column("no", sa.Integer(), primary_key=True, autoincrement=False, comment="Always 1: there is one"),
    Column("check_value", sa.LargeBinary(16), nullable=False, comment="Tells the master key from another"),
    comment="Which master key belongs to this database; the key itself is a file elsewhere",
)

application_keys = Table(
    "application_keys",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("wrapped", sa.LargeBinary(), nullable=False, comment="Sealed by the master key"),
    comment="The key of each application: destroyed, and all that is personal in it is gone",
)

reveals = Table(
    "reveals",
    metadata,
    Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    Column("person_id", sa.Integer(), ForeignKey("people.id"), nullable=False),
    Column("at", Instant(), nullable=False),
    Index("ix_reveals_person", "person_id", "at"),
    comment="How often somebody looked at personal data lately",
)

particulars = Table(
    "particulars",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("sealed", sa.LargeBinary(), nullable=False, comment="Name, NIK, telephone and free text of the form"),
    comment="Personal data, beside the log and never in it",
)

notes = Table(
    "notes",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("seq", sa.Integer(), primary_key=True, comment="The entry it belongs to"),
    Column("sealed", sa.LargeBinary(), nullable=False, comment="The text"),
    comment="Free text of decisions, beside the log and never in it",
)

attachments = Table(
    "attachments",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("no", sa.Integer(), primary_key=True, comment="Counts within the application"),
    Column("requirement", _TEXT, comment="What it was handed in for; null: another paper"),
    Column("sha256", _TEXT, nullable=False, comment="Names the file in the folder of papers"),
    Column("media_type", _TEXT, nullable=False, comment="As its bytes say"),
    Column("bytes", sa.BigInteger(), nullable=False),
    Column("at", Instant(), nullable=False),
    Column("by", _TEXT, nullable=False, comment="The account that attached it"),
    Index("ix_attachments_sha256", "sha256"),
    comment="Papers of applications; the files lie beside the database, by their content's hash",
)
