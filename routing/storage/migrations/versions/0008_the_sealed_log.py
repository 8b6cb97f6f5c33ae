"""The log is sealed: every entry becomes a leaf of one tree, whose size and root are signed."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

#: Nobody changes these, and by what one row is told from another.
_APPEND_ONLY = {
    "office_entries": (("seq",),),
    "log_leaves": (("leaf",), ("application_id", "seq")),
    "log_nodes": (("level", "place"),),
    "log_checkpoints": (("size",),),
    "log_anchors": (("id",), ("witness", "size")),
}
#: Closed by trigger before, and now by grants too.
_CLOSED_BEFORE = ("audit_entries", "audit_marks", "calendar_versions")


def upgrade() -> None:
    """Makes the tables; what was written before becomes leaves when the sequencer first looks through all entries."""
    _make_entries()
    _make_tree()
    _make_seals()
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    _number_the_writers(is_sqlite=is_sqlite)
    for table, keys in _APPEND_ONLY.items():
        if is_sqlite:
            _close_on_sqlite(table, keys)
        else:
            _close_on_postgresql(table)
    if not is_sqlite:
        for table in (*_CLOSED_BEFORE, *_APPEND_ONLY):
            # Also from the owner, as whom a small office runs everything: the grants are then a lock of their own.
            op.execute(f"REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")


def _make_entries() -> None:
    op.create_table(
        "office_entries",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
        sa.Column(
            "hash", sa.LargeBinary(32), nullable=False, comment="SHA-256 over prefix, previous hash, length, body"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_office_entries")),
        comment="What the log says of no application: one chain, append-only by trigger",
    )
    op.create_index("ix_office_entries_kind", "office_entries", ["kind", "seq"])


def _make_tree() -> None:
    op.create_table(
        "log_leaves",
        sa.Column("leaf", sa.BigInteger(), autoincrement=False, nullable=False, comment="Counts from 0, without a gap"),
        sa.Column("application_id", sa.BigInteger(), nullable=False, comment="0: an entry of the office"),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False, comment="The entry's own, which its chain gave it"),
        sa.PrimaryKeyConstraint("leaf", name=op.f("pk_log_leaves")),
        sa.UniqueConstraint("application_id", "seq", name=op.f("uq_log_leaves_application_id_seq")),
        comment="The entries in the order in which they were sealed; append-only by trigger",
    )
    op.create_table(
        "log_nodes",
        sa.Column("level", sa.Integer(), autoincrement=False, nullable=False, comment="Over 2^level leaves"),
        sa.Column("place", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("hash", sa.LargeBinary(32), nullable=False),
        sa.PrimaryKeyConstraint("level", "place", name=op.f("pk_log_nodes")),
        comment="The complete subtrees over the leaves, level 1 and above; append-only by trigger",
    )


def _make_seals() -> None:
    op.create_table(
        "log_checkpoints",
        sa.Column("size", sa.BigInteger(), autoincrement=False, nullable=False, comment="Leaves it speaks for"),
        sa.Column("root", sa.LargeBinary(32), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="The signed note (C2SP), as it is shown"),
        sa.Column("key_id", sa.Text(), nullable=False, comment="Of the key that signed it"),
        sa.PrimaryKeyConstraint("size", name=op.f("pk_log_checkpoints")),
        comment="Seals: the log's size and root, signed; append-only by trigger",
    )
    op.create_table(
        "log_anchors",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("witness", sa.Text(), nullable=False, comment="Who holds it outside this office"),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False, comment="The note with the witness's line"),
        sa.Column("at", Instant(), nullable=False, comment="When it came back"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_log_anchors")),
        sa.UniqueConstraint("witness", "size", name=op.f("uq_log_anchors_witness_size")),
        comment="Seals that somebody outside holds; append-only by trigger",
    )
    op.create_index("ix_log_anchors_size", "log_anchors", ["size"])
    op.create_table(
        "sequencer_state",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False, comment="Always 1: there is one"),
        sa.Column("mark", sa.BigInteger(), nullable=False, comment="Before it every entry has its leaf"),
        sa.Column("swept_at", Instant(), comment="When it last looked through all entries; null: not yet"),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_sequencer_state")),
        comment="How far the sequencer has come: bookkeeping, and the only row here that changes",
    )


def _number_the_writers(*, is_sqlite: bool) -> None:
    numbered = sa.Column("written_in", sa.BigInteger(), comment="The transaction that wrote it; null: not numbered")
    if is_sqlite:
        numbered.server_default = sa.DefaultClause(sa.text("NULL"))
    op.add_column("audit_entries", numbered)
    if not is_sqlite:
        # Afterwards, so that it is not worked out for every entry there is, which would write the whole log anew.
        op.execute("ALTER TABLE audit_entries ALTER written_in SET DEFAULT ((pg_current_xact_id())::text)::bigint")
    is_numbered = sa.text("written_in IS NOT NULL")
    op.create_index(
        "ix_audit_entries_written_in",
        "audit_entries",
        ["written_in"],
        postgresql_where=is_numbered,
        sqlite_where=is_numbered,
    )


def _close_on_sqlite(table: str, keys: tuple[tuple[str, ...], ...]) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        )
    # INSERT OR REPLACE deletes the old row without asking the trigger for that.
    there = " OR ".join(
        f"EXISTS (SELECT 1 FROM {table} WHERE {' AND '.join(f'{column} = NEW.{column}' for column in key)})"  # noqa: S608 - names of ours
        for key in keys
    )
    op.execute(
        f"""CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table} WHEN {there}
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
    )


def _close_on_postgresql(table: str) -> None:
    op.execute(
        f"""CREATE FUNCTION {table}_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION '{table} is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    op.execute(
        f"""CREATE TRIGGER {table}_refuse_change BEFORE UPDATE OR DELETE ON {table}
        FOR EACH ROW EXECUTE FUNCTION {table}_refuse()"""
    )
    op.execute(
        f"""CREATE TRIGGER {table}_refuse_truncate BEFORE TRUNCATE ON {table}
        FOR EACH STATEMENT EXECUTE FUNCTION {table}_refuse()"""
    )
