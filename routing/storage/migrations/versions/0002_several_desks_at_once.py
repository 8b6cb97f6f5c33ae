"""Several desks at once, claims that end, due dates, and programs that decide.

Where a return goes back to belongs to the visit now: with several desks at once, each can return on its own.
"""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_INDEXES = {
    "ix_visits_on_their_way": (["ring_again_at"], "arrived_at IS NULL AND closed_at IS NULL"),
    "ix_visits_at_desk": (["desk", "due_at", "arrived_at"], "closed_at IS NULL"),
    "ix_visits_to_act": (["act_at"], "act_at IS NOT NULL"),
}


def upgrade() -> None:
    """Adds the columns, fills them for the visits there are, and moves the origins."""
    for name in ("ix_visits_on_their_way", "ix_visits_at_desk"):
        op.drop_index(name, "visits")
    with op.batch_alter_table("visits") as visits:
        for column in (
            sa.Column("due_at", Instant(), comment="When the desk's own time for it ends"),
            sa.Column("origin_step", sa.Text(), comment="Where a return to the applicant goes back to"),
            sa.Column("origin_desk", sa.Text()),
            sa.Column("lease_until", Instant(), comment="Until when it is held; null: as long as the holder likes"),
            sa.Column("version", sa.Integer(), comment="The application's version when it last changed"),
            sa.Column("attempts", sa.Integer(), comment="How often the program of the desk has tried"),
            sa.Column("act_at", Instant(), comment="When the program tries (again); null: it does not"),
            sa.Column("trouble", sa.JSON(), comment="Why it has not decided: code and facts of a sentence"),
            sa.Column("needs_attention", sa.Boolean(), comment="The program has given up"),
        ):
            visits.add_column(column)
    _fill()
    with op.batch_alter_table("visits") as visits:
        visits.alter_column("due_at", existing_type=Instant(), nullable=False)
        visits.alter_column("version", existing_type=sa.Integer(), nullable=False)
        visits.alter_column("attempts", existing_type=sa.Integer(), nullable=False)
        visits.alter_column("needs_attention", existing_type=sa.Boolean(), nullable=False)
    for name, (columns, where) in _INDEXES.items():
        op.create_index(name, "visits", columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
    # Not in a batch: SQLite would make the table anew, and every visit and entry refers to it.
    op.drop_column("applications", "origin_step")
    op.drop_column("applications", "origin_desk")


def _fill() -> None:
    ten_years = (
        "sent_at + interval '3650 days'"
        if op.get_bind().dialect.name == "postgresql"
        else "strftime('%Y-%m-%dT%H:%M:%S.000000Z', sent_at, '+3650 days')"
    )
    of_the_application = "(SELECT {} FROM applications WHERE applications.id = visits.application_id)"
    op.execute(
        f"UPDATE visits SET due_at = {ten_years}, attempts = 0, needs_attention = false, version = "  # noqa: S608
        + of_the_application.format("version")
    )
    op.execute(
        f"UPDATE visits SET origin_step = {of_the_application.format('origin_step')}, "  # noqa: S608
        f"origin_desk = {of_the_application.format('origin_desk')} WHERE closed_at IS NULL"
    )
