"""The office has a working calendar, and every application a ledger of its promise."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

#: Nobody changes these, and by what one row is told from another.
_APPEND_ONLY = {"calendar_versions": ("hash",), "audit_marks": ("application_id", "seq", "mark")}
_INDEXES = {
    "ix_applications_promise": ("applications", ["promise_due", "id"], "outcome IS NULL"),
    "ix_applications_legal": ("applications", ["legal_due", "id"], "outcome IS NULL"),
    "ix_applications_wake": ("applications", ["wake_at"], "wake_at IS NOT NULL"),
    "ix_applications_calendar": ("applications", ["calendar", "id"], "outcome IS NULL"),
    "ix_visits_to_warn": ("visits", ["warn_at"], "warn_at IS NOT NULL"),
}


def upgrade() -> None:
    """Makes the tables and columns; the first calendar is made, and what is open is counted, when the office opens."""
    _make_calendar()
    _make_ledger()
    _make_forecasts()
    for table, keys in _APPEND_ONLY.items():
        if op.get_bind().dialect.name == "sqlite":
            _close_on_sqlite(table, keys)
        else:
            _close_on_postgresql(table)
    for column in (
        sa.Column("calendar", sa.Text(), comment="What its days are counted by"),
        sa.Column("promise_due", Instant(), comment="When the promise ends; null: none, or it stands still"),
        sa.Column("legal_due", Instant(), comment="The same of the limit a law sets"),
        sa.Column("wake_at", Instant(), comment="When the clock looks at it next"),
        sa.Column("deemed_at", Instant(), comment="When the law deemed it granted; never changed"),
    ):
        op.add_column("applications", column)
    op.add_column("visits", sa.Column("warn_at", Instant(), comment="When the clock looks at it next"))
    op.add_column(
        "visits", sa.Column("obstacle_at", Instant(), comment="When the desk said that something is in its way")
    )
    _keep_what_was_deemed(op.get_bind().dialect.name)
    for name, (table, columns, where) in _INDEXES.items():
        op.create_index(name, table, columns, postgresql_where=sa.text(where), sqlite_where=sa.text(where))
    _make_board()
    _keep_the_board_on_sqlite() if op.get_bind().dialect.name == "sqlite" else _keep_the_board_on_postgresql()


def _make_calendar() -> None:
    op.create_table(
        "calendar_versions",
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 of the document"),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
        sa.Column("made_at", Instant(), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("decree", sa.Text(), nullable=True, comment="What it rests on"),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_calendar_versions")),
        sa.UniqueConstraint("number", name=op.f("uq_calendar_versions_number")),
        comment="The working calendar, immutable versions",
    )


def _make_ledger() -> None:
    op.create_table(
        "clock_intervals",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False, comment="Counts within the application"),
        sa.Column("pause", sa.Text(), comment="Why the promise stands still; null: it runs"),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), comment="Null: it lasts"),
        sa.Column("granted_by", sa.Text(), nullable=False, comment="Whose move began it"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_clock_intervals_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", "no", name=op.f("pk_clock_intervals")),
        comment="The ledger: when the promise of an application ran and when it stood still",
    )
    op.create_table(
        "notices",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("about", sa.Text(), nullable=False, comment="promise, legal or the number of a visit"),
        sa.Column("level", sa.Text(), nullable=False, comment="How near it is, or what has come to pass"),
        sa.Column("due", Instant(), nullable=False, comment="The moment it warns of"),
        sa.Column("addressee", sa.Text(), nullable=False, comment="desk:<code>, supervisor:<code>, head, inspectorate"),
        sa.Column("at", Instant(), nullable=False, comment="When it was given"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_notices_application_id")),
        sa.PrimaryKeyConstraint("application_id", "about", "level", "due", "addressee", name=op.f("pk_notices")),
        comment="Warnings and escalations, each given once",
    )
    op.create_index("ix_notices_addressee", "notices", ["addressee", "at"], unique=False)
    op.create_table(
        "audit_marks",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="The entry that tells of it"),
        sa.Column("mark", sa.Text(), nullable=False, comment="What an auditor should look at"),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_audit_marks_application_id")),
        sa.PrimaryKeyConstraint("application_id", "seq", "mark", name=op.f("pk_audit_marks")),
        comment="What the auditor is shown without searching; never changed",
    )
    op.create_index("ix_audit_marks_at", "audit_marks", ["at", "application_id", "seq", "mark"], unique=False)
    op.create_index("ix_audit_marks_mark", "audit_marks", ["mark", "at", "application_id", "seq"], unique=False)


def _make_board() -> None:
    op.create_table(
        "open_dues",
        sa.Column("application_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("visit", sa.Integer(), autoincrement=False, nullable=False, comment="The number of the open visit"),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("desk_due", Instant(), nullable=False, comment="When the desk's own time ends"),
        sa.Column("promise_due", Instant(), comment="As the application has it"),
        sa.Column("legal_due", Instant(), comment="The same"),
        sa.Column("still_since", Instant(), comment="Since when the promise is paused; null: it is not"),
        sa.PrimaryKeyConstraint("application_id", "visit", name=op.f("pk_open_dues")),
        comment="What is due of each open visit, for the deadline board; kept by triggers",
    )
    of_all = "JOIN visits v ON v.application_id = a.id WHERE v.closed_at IS NULL"
    op.execute(_OF_A_VISIT.format(visit="v") + of_all)
    op.create_index("ix_open_dues_desk", "open_dues", ["desk"])
    op.create_index("ix_open_dues_service", "open_dues", ["service"])
    op.create_index("ix_open_dues_desk_due", "open_dues", ["desk_due", "application_id", "visit"])
    still = sa.text("still_since IS NOT NULL")
    op.create_index(
        "ix_open_dues_still",
        "open_dues",
        ["still_since", "application_id"],
        postgresql_where=still,
        sqlite_where=still,
    )


_OF_A_VISIT = """INSERT INTO open_dues
SELECT {visit}.application_id, {visit}.no, {visit}.desk, a.service, {visit}.due_at, a.promise_due, a.legal_due,
    (SELECT i.since FROM clock_intervals i
        WHERE i.application_id = {visit}.application_id AND i.until IS NULL AND i.pause IS NOT NULL)
FROM applications a """
# When, which columns, under which condition; and what is done then.
_FOLLOW = {
    "open_dues_visit_opens": (
        "INSERT ON visits",
        "NEW.closed_at IS NULL",
        _OF_A_VISIT.format(visit="NEW") + "WHERE a.id = NEW.application_id",
    ),
    "open_dues_visit_closes": (
        "UPDATE OF closed_at ON visits",
        "OLD.closed_at IS NULL AND NEW.closed_at IS NOT NULL",
        "DELETE FROM open_dues WHERE application_id = NEW.application_id AND visit = NEW.no",
    ),
    "open_dues_visit_moves": (
        "UPDATE OF due_at, desk ON visits",
        "NEW.closed_at IS NULL AND (OLD.due_at <> NEW.due_at OR OLD.desk <> NEW.desk)",
        """UPDATE open_dues SET desk_due = NEW.due_at, desk = NEW.desk
            WHERE application_id = NEW.application_id AND visit = NEW.no""",
    ),
    "open_dues_clock_turns": (
        "UPDATE OF promise_due, legal_due ON applications",
        """NEW.outcome IS NULL AND (OLD.promise_due IS DISTINCT FROM NEW.promise_due
            OR OLD.legal_due IS DISTINCT FROM NEW.legal_due)""",
        "UPDATE open_dues SET promise_due = NEW.promise_due, legal_due = NEW.legal_due WHERE application_id = NEW.id",
    ),
    "open_dues_pause_begins": (
        "INSERT ON clock_intervals",
        "NEW.pause IS NOT NULL AND NEW.until IS NULL",
        "UPDATE open_dues SET still_since = NEW.since WHERE application_id = NEW.application_id",
    ),
    "open_dues_pause_ends": (
        "UPDATE OF until ON clock_intervals",
        "OLD.pause IS NOT NULL AND OLD.until IS NULL AND NEW.until IS NOT NULL",
        "UPDATE open_dues SET still_since = NULL WHERE application_id = NEW.application_id",
    ),
}


def _keep_the_board_on_sqlite() -> None:
    for name, (moment, condition, act) in _FOLLOW.items():
        # SQLite has IS NOT for it, and IS DISTINCT FROM only since 3.39.
        when = condition.replace("IS DISTINCT FROM", "IS NOT")
        op.execute(f"CREATE TRIGGER {name} AFTER {moment} FOR EACH ROW WHEN {when} BEGIN {act}; END")


def _keep_the_board_on_postgresql() -> None:
    for name, (moment, condition, act) in _FOLLOW.items():
        op.execute(f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {act}; RETURN NULL; END $$")
        op.execute(f"CREATE TRIGGER {name} AFTER {moment} FOR EACH ROW WHEN ({condition}) EXECUTE FUNCTION {name}()")


def _make_forecasts() -> None:
    op.create_table(
        "forecasts",
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("cases", sa.Integer(), nullable=False, comment="Answered applications that passed there"),
        sa.Column("median_days", sa.Integer(), nullable=False, comment="Working days from there to the answer"),
        sa.Column("p90_days", sa.Integer(), nullable=False, comment="Within which nine in ten were answered"),
        sa.Column("computed_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["service"], ["services.code"], name=op.f("fk_forecasts_service")),
        sa.PrimaryKeyConstraint("service", "step", "desk", name=op.f("pk_forecasts")),
        comment="How long earlier applications took; computed anew every hour",
    )


def _close_on_sqlite(table: str, keys: tuple[str, ...]) -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER {table}_refuse_{verb.lower()} BEFORE {verb} ON {table}
            BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
        )
    same = " AND ".join(f"{key} = NEW.{key}" for key in keys)
    # INSERT OR REPLACE deletes the old row without asking the trigger for that.
    op.execute(
        f"""CREATE TRIGGER {table}_refuse_replace BEFORE INSERT ON {table}
        WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
        BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""  # noqa: S608 - names of ours
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


def _keep_what_was_deemed(dialect: str) -> None:
    """When the law deemed it granted is written once."""
    if dialect == "sqlite":
        op.execute(
            """CREATE TRIGGER applications_keep_deemed BEFORE UPDATE OF deemed_at ON applications
            WHEN OLD.deemed_at IS NOT NULL AND NEW.deemed_at IS NOT OLD.deemed_at
            BEGIN SELECT RAISE(ABORT, 'what the law deemed stays deemed'); END"""
        )
        return
    op.execute(
        """CREATE FUNCTION applications_keep_deemed() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'what the law deemed stays deemed' USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER applications_keep_deemed BEFORE UPDATE OF deemed_at ON applications FOR EACH ROW
        WHEN (OLD.deemed_at IS NOT NULL AND NEW.deemed_at IS DISTINCT FROM OLD.deemed_at)
        EXECUTE FUNCTION applications_keep_deemed()"""
    )
