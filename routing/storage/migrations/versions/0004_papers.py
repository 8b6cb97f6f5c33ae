"""Papers: which files belong to which application. The files lie beside the database, by their content's hash."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table."""
    op.create_table(
        "attachments",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False, comment="Counts within the application"),
        sa.Column("requirement", sa.Text(), nullable=True, comment="What it was handed in for; null: another paper"),
        sa.Column("sha256", sa.Text(), nullable=False, comment="Names the file in the folder of papers"),
        sa.Column("media_type", sa.Text(), nullable=False, comment="As its bytes say"),
        sa.Column("bytes", sa.BigInteger(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False, comment="The account that attached it"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_attachments_application_id")),
        sa.PrimaryKeyConstraint("application_id", "no", name=op.f("pk_attachments")),
        comment="Papers of applications; the files lie beside the database, by their content's hash",
    )
    op.create_index("ix_attachments_sha256", "attachments", ["sha256"], unique=False)
