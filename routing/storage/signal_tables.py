"""The table of the answers to integrity signals."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy import Column, ForeignKey, Index, Table

from routing.storage.instant import Instant
from routing.storage.shape import metadata

_TEXT = sa.Text()

signal_answers = Table(
    "signal_answers",
    metadata,
    Column("application_id", sa.BigInteger(), ForeignKey("applications.id"), primary_key=True),
    Column("seq", sa.Integer(), primary_key=True, comment="The entry that tells of the answer"),
    Column("signal", _TEXT, nullable=False, comment="The signal's code"),
    Column("about", sa.Integer(), nullable=False, comment="The entry that raised it"),
    Column("status", _TEXT, nullable=False, comment="explained, to-be-followed-up or confirmed-breach"),
    Column("at", Instant(), nullable=False),
    Column("by", _TEXT, nullable=False, comment="The account that answered"),
    Column("sealed", sa.LargeBinary(), nullable=False, comment="The answer's words"),
    Index("ix_signal_answers_at", "at", "application_id", "seq"),
    comment="What was answered to integrity signals; append-only by trigger",
)
