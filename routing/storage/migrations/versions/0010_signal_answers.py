"""Integrity signals are answered: what was answered is kept, and nobody changes it."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of answers and closes it against changes."""
    op.create_table(
        "signal_answers",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="The entry that tells of the answer"),
        sa.Column("signal", sa.Text(), nullable=False, comment="The signal's code"),
        sa.Column("about", sa.Integer(), nullable=False, comment="The entry that raised it"),
        sa.Column("status", sa.Text(), nullable=False, comment="explained, to-be-followed-up or confirmed-breach"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="The account that answered"),
        sa.Column("sealed", sa.LargeBinary(), nullable=False, comment="The answer's words"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"]),
        sa.PrimaryKeyConstraint("application_id", "seq"),
        comment="What was answered to integrity signals; append-only by trigger",
    )
    op.create_index("ix_signal_answers_at", "signal_answers", ["at", "application_id", "seq"])
    _close_on_sqlite() if op.get_bind().dialect.name == "sqlite" else _close_on_postgresql()


def _close_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER signal_answers_refuse_{verb.lower()} BEFORE {verb} ON signal_answers
            BEGIN SELECT RAISE(ABORT, 'signal_answers is append-only'); END"""
        )
    # INSERT OR REPLACE deletes the old row without asking the trigger for that.
    op.execute(
        """CREATE TRIGGER signal_answers_refuse_replace BEFORE INSERT ON signal_answers
        WHEN EXISTS (SELECT 1 FROM signal_answers WHERE application_id = NEW.application_id AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'signal_answers is append-only'); END"""
    )


def _close_on_postgresql() -> None:
    op.execute(
        """CREATE FUNCTION signal_answers_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'signal_answers is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER signal_answers_refuse_change BEFORE UPDATE OR DELETE ON signal_answers
        FOR EACH ROW EXECUTE FUNCTION signal_answers_refuse()"""
    )
    op.execute(
        """CREATE TRIGGER signal_answers_refuse_truncate BEFORE TRUNCATE ON signal_answers
        FOR EACH STATEMENT EXECUTE FUNCTION signal_answers_refuse()"""
    )
    # Also from the owner, as in 0008.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON signal_answers FROM PUBLIC, CURRENT_USER")
