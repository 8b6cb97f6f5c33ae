"""The log is searched by more than its columns, and whoever asks it is found again."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

_BY = ("service", "channel", "kind", "desk", "unit", "actor")
_BY_IF_ANY = ("decision", "outcome")


def upgrade() -> None:
    """Makes the tables; what was written before is indexed when the beat first looks through all entries."""
    op.create_table(
        "entry_index",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text()),
        sa.Column("unit", sa.Text(), comment="The desk's, when it was indexed"),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("decision", sa.Text()),
        sa.Column("outcome", sa.Text(), comment="How the application ended with this entry; null: it did not"),
        sa.Column("reasons", sa.Text(), comment="Codes, with spaces between; null: none"),
        sa.PrimaryKeyConstraint("application_id", "seq", name=op.f("pk_entry_index")),
        comment="What the log is searched by; worked out from the entries, behind them",
    )
    op.create_index("ix_entry_index_at", "entry_index", ["at", "application_id", "seq"])
    for name in _BY:
        op.create_index(f"ix_entry_index_{name}", "entry_index", [name, "at"])
    for name in _BY_IF_ANY:
        there = sa.text(f"{name} IS NOT NULL")
        op.create_index(
            f"ix_entry_index_{name}", "entry_index", [name, "at"], postgresql_where=there, sqlite_where=there
        )
    op.create_table(
        "entry_reasons",
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("reason", "at", "application_id", "seq", name=op.f("pk_entry_reasons")),
        comment="Entries by each of their reasons; belongs to entry_index",
    )
    op.create_table(
        "entry_index_state",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False, comment="Always 1: there is one"),
        sa.Column("mark", sa.BigInteger(), nullable=False, comment="Before it every entry has been looked at"),
        sa.Column("swept_at", Instant(), comment="When all entries were last looked through; null: not yet"),
        sa.Column("complete_at", Instant(), comment="Whatever was committed before is in it; null: it is being built"),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_entry_index_state")),
        comment="How far the index has come: bookkeeping",
    )
    _make_reads()


def _make_reads() -> None:
    op.create_table(
        "log_reads",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False, comment="Of the office's entry"),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("number", sa.Text(), comment="The application it was about; null: none in particular"),
        sa.Column("question", sa.LargeBinary(32), comment="Digest; null: noted every time"),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_log_reads")),
        sa.UniqueConstraint("question", name=op.f("uq_log_reads_question")),
        comment="Entries of the office that tell who asked the log; append-only by trigger",
    )
    op.create_index("ix_log_reads_at", "log_reads", ["at", "seq"])
    op.create_index("ix_log_reads_actor", "log_reads", ["actor", "at"])
    op.create_index("ix_log_reads_number", "log_reads", ["number", "at"])
    _close_on_sqlite() if op.get_bind().dialect.name == "sqlite" else _close_on_postgresql()


def _close_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER log_reads_refuse_{verb.lower()} BEFORE {verb} ON log_reads
            BEGIN SELECT RAISE(ABORT, 'log_reads is append-only'); END"""
        )
    # INSERT OR REPLACE deletes the old row without asking the trigger for that.
    op.execute(
        """CREATE TRIGGER log_reads_refuse_replace BEFORE INSERT ON log_reads
        WHEN EXISTS (SELECT 1 FROM log_reads WHERE seq = NEW.seq OR question = NEW.question)
        BEGIN SELECT RAISE(ABORT, 'log_reads is append-only'); END"""
    )


def _close_on_postgresql() -> None:
    op.execute(
        """CREATE FUNCTION log_reads_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'log_reads is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER log_reads_refuse_change BEFORE UPDATE OR DELETE ON log_reads
        FOR EACH ROW EXECUTE FUNCTION log_reads_refuse()"""
    )
    op.execute(
        """CREATE TRIGGER log_reads_refuse_truncate BEFORE TRUNCATE ON log_reads
        FOR EACH STATEMENT EXECUTE FUNCTION log_reads_refuse()"""
    )
    # Also from the owner, as in 0008.
    op.execute("REVOKE UPDATE, DELETE, TRUNCATE ON log_reads FROM PUBLIC, CURRENT_USER")
