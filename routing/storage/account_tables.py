"""The tables of who works here: accounts, what they may, how they sign in, and what programs show instead."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from routing.storage.instant import Instant
from routing.storage.shape import metadata

_TEXT = sa.Text()

people = Table(
    "people",
    metadata,
    Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    Column(
        "source",
        _TEXT,
        nullable=False,
        comment="The log an imported account came from; empty: the office's own",
    ),
    Column("code", _TEXT, nullable=False, comment="The account, as the log names it"),
    Column("name", _TEXT, nullable=False),
    Column("password_hash", _TEXT, comment="argon2id; null: this account cannot sign in by password"),
    Column("is_closed", sa.Boolean(), nullable=False),
    Column("created_at", Instant(), nullable=False),
    Column("nik_index", sa.LargeBinary(16), comment="Keyed index of their NIK, which is not kept itself"),
    sa.UniqueConstraint("source", "code"),
    comment="Accounts",
)

assignments = Table(
    "assignments",
    metadata,
    Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    Column("person_id", sa.Integer(), ForeignKey("people.id"), nullable=False),
    Column("role", _TEXT, nullable=False),
    Column("desk", _TEXT, ForeignKey("desks.code"), comment="Null: in the whole office"),
    Column("since", Instant(), nullable=False),
    Column("until", Instant(), comment="No longer in force from then on"),
    Column("acting", _TEXT, comment="plh or plt, with its letter; null: in their own right"),
    Column("instrument", _TEXT, comment="The letter's number"),
    Column("instrument_date", sa.Date(), comment="The letter's date"),
    Index("ix_assignments_person", "person_id"),
    comment="Who holds which role where, from when until when",
)

sign_ins = Table(
    "sign_ins",
    metadata,
    Column("token_hash", _TEXT, primary_key=True, comment="SHA-256 of the cookie"),
    Column("person_id", sa.Integer(), ForeignKey("people.id"), nullable=False),
    Column("form_token", _TEXT, nullable=False, comment="Every form of this session carries it"),
    Column("started_at", Instant(), nullable=False),
    Column("seen_at", Instant(), nullable=False),
    comment="Sessions in force",
)

one_time_links = Table(
    "one_time_links",
    metadata,
    Column("token_hash", _TEXT, primary_key=True, comment="SHA-256 of the link's secret"),
    Column("person_id", sa.Integer(), ForeignKey("people.id"), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    comment="Links by which somebody sets a password once",
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", sa.Integer(), primary_key=True, autoincrement=True),
    Column("token_hash", _TEXT, nullable=False, unique=True, comment="SHA-256 of the token"),
    Column("person_id", sa.Integer(), ForeignKey("people.id"), nullable=False),
    Column("label", _TEXT, nullable=False, comment="What it was made for"),
    Column("made_at", Instant(), nullable=False),
    Column("expires_at", Instant(), nullable=False),
    Column("used_at", Instant(), comment="Last use, to the minute"),
    Column("ended_at", Instant(), comment="Ended before its time"),
    Index("ix_api_tokens_person", "person_id"),
    comment="What programs show instead of signing in",
)

kept_answers = Table(
    "kept_answers",
    metadata,
    Column("person_id", sa.Integer(), ForeignKey("people.id"), primary_key=True),
    Column("key", _TEXT, primary_key=True, comment="SHA-256 of the Idempotency-Key"),
    Column("fingerprint", _TEXT, nullable=False, comment="Digest of the request, keyed by its key"),
    Column("answer", _TEXT, nullable=False, comment="As it was sent; empty until its transaction ends"),
    Column("at", Instant(), nullable=False),
    Index("ix_kept_answers_at", "at"),
    comment="Answers for requests that come again",
)
