"""Some services take so many applications and no more."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes the table of what has been used."""
    op.create_table(
        "quota_counts",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column(
            "counted_as",
            sa.Text(),
            nullable=False,
            comment="Period, and what the form says in the field counted by",
        ),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["services.code"], name=op.f("fk_quota_counts_service")),
        sa.PrimaryKeyConstraint("service", "counted_as", name=op.f("pk_quota_counts")),
        comment="How many applications have used a quota",
    )
