"""Programs come in by tokens, and what they ask twice is done once."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the two tables."""
    op.create_table(
        "api_tokens",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the token"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("label", sa.Text(), nullable=False, comment="What it was made for"),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.Column("used_at", Instant(), nullable=True, comment="Last use, to the minute"),
        sa.Column("ended_at", Instant(), nullable=True, comment="Ended before its time"),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_api_tokens_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_tokens")),
        sa.UniqueConstraint("token_hash", name=op.f("uq_api_tokens_token_hash")),
        comment="What programs show instead of signing in",
    )
    op.create_index("ix_api_tokens_person", "api_tokens", ["person_id"], unique=False)
    op.create_table(
        "kept_answers",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False, comment="SHA-256 of the Idempotency-Key"),
        sa.Column("fingerprint", sa.Text(), nullable=False, comment="Digest of the request, keyed by its key"),
        sa.Column("answer", sa.Text(), nullable=False, comment="As it was sent; empty until its transaction ends"),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_kept_answers_person_id")),
        sa.PrimaryKeyConstraint("person_id", "key", name=op.f("pk_kept_answers")),
        comment="Answers for requests that come again",
    )
    op.create_index("ix_kept_answers_at", "kept_answers", ["at"], unique=False)
