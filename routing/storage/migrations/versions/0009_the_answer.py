"""An application knows when the office answered; from then on it is due no more, however long nobody fetches it."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_WHERE = "outcome IS NULL AND answered_at IS NULL"
_OF_AN_APPLICATION = """CASE WHEN {row}.answered_at IS NULL THEN {row}.promise_due END,
    CASE WHEN {row}.answered_at IS NULL THEN {row}.legal_due END"""
# When, which columns, under which condition; and what is done then.
_FOLLOW = {
    "open_dues_visit_opens": (
        "INSERT ON visits",
        "NEW.closed_at IS NULL",
        f"""INSERT INTO open_dues
SELECT NEW.application_id, NEW.no, NEW.desk, a.service, NEW.due_at, {_OF_AN_APPLICATION.format(row="a")},
    (SELECT i.since FROM clock_intervals i
        WHERE i.application_id = NEW.application_id AND i.until IS NULL AND i.pause IS NOT NULL)
FROM applications a WHERE a.id = NEW.application_id""",  # noqa: S608 - names of ours
    ),
    "open_dues_clock_turns": (
        "UPDATE OF promise_due, legal_due, answered_at ON applications",
        """NEW.outcome IS NULL AND (OLD.promise_due IS DISTINCT FROM NEW.promise_due
            OR OLD.legal_due IS DISTINCT FROM NEW.legal_due OR OLD.answered_at IS DISTINCT FROM NEW.answered_at)""",
        """UPDATE open_dues SET (promise_due, legal_due) = (SELECT {}) WHERE application_id = NEW.id""".format(  # noqa: S608
            _OF_AN_APPLICATION.format(row="NEW")
        ),
    ),
}


def upgrade() -> None:
    """Adds the column, and lets lists of what is due pass over what has been answered."""
    op.add_column(
        "applications",
        sa.Column(
            "answered_at", Instant(), comment="When the office answered; null: it has not, or its route does not say"
        ),
    )
    for name, column in (("ix_applications_promise", "promise_due"), ("ix_applications_legal", "legal_due")):
        op.drop_index(name, "applications")
        where = sa.text(_WHERE)
        op.create_index(name, "applications", [column, "id"], postgresql_where=where, sqlite_where=where)
    is_sqlite = op.get_bind().dialect.name == "sqlite"
    for name, (moment, condition, act) in _FOLLOW.items():
        if is_sqlite:
            op.execute(f"DROP TRIGGER {name}")
            # SQLite has IS NOT for it, and IS DISTINCT FROM only since 3.39.
            when = condition.replace("IS DISTINCT FROM", "IS NOT")
            op.execute(f"CREATE TRIGGER {name} AFTER {moment} FOR EACH ROW WHEN {when} BEGIN {act}; END")
        else:
            op.execute(f"DROP TRIGGER {name} ON {moment.rpartition(' ')[2]}")
            op.execute(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {act}; RETURN NULL; END $$"
            )
            op.execute(
                f"CREATE TRIGGER {name} AFTER {moment} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()"
            )
