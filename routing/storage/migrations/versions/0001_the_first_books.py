"""The first books: the office, its people, the applications and their visits, and the log that cannot be changed."""

import sqlalchemy as sa
from alembic import op

from routing.storage.instant import Instant

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Makes every table, then closes the log."""
    _office()
    _people()
    _applications()
    _log()
    if op.get_bind().dialect.name == "postgresql":
        _close_the_log_on_postgresql()
    else:
        _close_the_log_on_sqlite()


def _office() -> None:
    op.create_table(
        "roles",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_roles")),
        comment="What a person may be at a desk",
    )
    op.create_table(
        "units",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_units")),
        comment="Agencies under the roof",
    )
    op.create_table(
        "workflow_versions",
        sa.Column("hash", sa.Text(), nullable=False, comment="SHA-256 of the document"),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("document", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
        sa.Column("published_at", Instant(), nullable=False),
        sa.Column("published_by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_workflow_versions")),
        comment="Published routes, immutable",
    )
    op.create_table(
        "desks",
        sa.Column("code", sa.Text(), nullable=False, comment="Names the queue: desk.<code>"),
        sa.Column("label", sa.JSON(), nullable=False, comment="Name in Indonesian and English"),
        sa.Column("unit", sa.Text(), nullable=False),
        sa.Column("counter", sa.Boolean(), nullable=False, comment="Faces the public"),
        sa.ForeignKeyConstraint(["unit"], ["units.code"], name=op.f("fk_desks_unit")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_desks")),
        comment="Where somebody decides",
    )
    op.create_table(
        "services",
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False, comment="The version in force"),
        sa.Column("last_number", sa.BigInteger(), nullable=False, comment="Last application number given out"),
        sa.ForeignKeyConstraint(["workflow"], ["workflow_versions.hash"], name=op.f("fk_services_workflow")),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_services")),
        comment="What one can apply for",
    )


def _people() -> None:
    op.create_table(
        "people",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column(
            "source",
            sa.Text(),
            nullable=False,
            comment="The log an imported account came from; empty: the office's own",
        ),
        sa.Column("code", sa.Text(), nullable=False, comment="The account, as the log names it"),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "password_hash",
            sa.Text(),
            nullable=True,
            comment="argon2id; null: this account cannot sign in by password",
        ),
        sa.Column("is_closed", sa.Boolean(), nullable=False),
        sa.Column("created_at", Instant(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
        sa.UniqueConstraint("source", "code", name=op.f("uq_people_source_code")),
        comment="Accounts",
    )
    op.create_table(
        "one_time_links",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the link's secret"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("expires_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_one_time_links_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_one_time_links")),
        comment="Links by which somebody sets a password once",
    )
    op.create_table(
        "sign_ins",
        sa.Column("token_hash", sa.Text(), nullable=False, comment="SHA-256 of the cookie"),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("form_token", sa.Text(), nullable=False, comment="Every form of this session carries it"),
        sa.Column("started_at", Instant(), nullable=False),
        sa.Column("seen_at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_sign_ins_person_id")),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_sign_ins")),
        comment="Sessions in force",
    )
    op.create_table(
        "assignments",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=True, comment="Null: in the whole office"),
        sa.Column("since", Instant(), nullable=False),
        sa.Column("until", Instant(), nullable=True, comment="No longer in force from then on"),
        sa.ForeignKeyConstraint(["desk"], ["desks.code"], name=op.f("fk_assignments_desk")),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_assignments_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_assignments")),
        comment="Who holds which role where, from when until when",
    )
    op.create_index("ix_assignments_person", "assignments", ["person_id"], unique=False)


def _applications() -> None:
    op.create_table(
        "applications",
        sa.Column(
            "id",
            sa.BigInteger(),
            autoincrement=False,
            nullable=False,
            comment="Ordered by time of submission",
        ),
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("tracking_code", sa.Text(), nullable=False),
        sa.Column("service", sa.Text(), nullable=False),
        sa.Column("workflow", sa.Text(), nullable=False, comment="Pinned at submission"),
        sa.Column("step", sa.Text(), nullable=False, comment="Step or end it is at"),
        sa.Column("outcome", sa.Text(), nullable=True, comment="How it ended; null: open"),
        sa.Column("origin_step", sa.Text(), nullable=True, comment="Where a return to the applicant goes back to"),
        sa.Column("origin_desk", sa.Text(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False, comment="Moves so far"),
        sa.Column("visit_count", sa.Integer(), nullable=False),
        sa.Column("entry_count", sa.Integer(), nullable=False),
        sa.Column("chain_head", sa.LargeBinary(length=32), nullable=False, comment="Hash of the last entry"),
        sa.Column("submitted_at", Instant(), nullable=False),
        sa.Column("changed_at", Instant(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("imported_case", sa.Text(), nullable=True, comment="The case's name in the log it came from"),
        sa.Column("facts", sa.JSON(), nullable=False, comment="Nothing personal"),
        sa.Column("papers", sa.JSON(), nullable=False, comment="Codes of the requirements handed in"),
        sa.Column("submission_key", sa.Text(), nullable=True, comment="The same key twice is the same submission"),
        sa.ForeignKeyConstraint(["service"], ["services.code"], name=op.f("fk_applications_service")),
        sa.ForeignKeyConstraint(["workflow"], ["workflow_versions.hash"], name=op.f("fk_applications_workflow")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_applications")),
        sa.UniqueConstraint("number", name=op.f("uq_applications_number")),
        sa.UniqueConstraint("submission_key", name=op.f("uq_applications_submission_key")),
        sa.UniqueConstraint("tracking_code", name=op.f("uq_applications_tracking_code")),
        comment="The documents that travel",
    )
    op.create_index("ix_applications_service_submitted", "applications", ["service", "submitted_at"], unique=False)
    op.create_table(
        "notes",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False, comment="The entry it belongs to"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_notes_application_id")),
        sa.PrimaryKeyConstraint("application_id", "seq", name=op.f("pk_notes")),
        comment="Free text of decisions, beside the log and never in it",
    )
    op.create_table(
        "particulars",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "digest_key",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="Keys the digests of free text in the log",
        ),
        sa.Column("name", sa.Text(), nullable=True),
        sa.Column("nik", sa.Text(), nullable=True),
        sa.Column("phone", sa.Text(), nullable=True),
        sa.Column("answers", sa.JSON(), nullable=False, comment="Free text of the form"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_particulars_application_id")),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_particulars")),
        comment="Personal data, beside the log and never in it",
    )
    op.create_table(
        "visits",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("no", sa.Integer(), nullable=False, comment="Counts within the application"),
        sa.Column("step", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=False),
        sa.Column("sent_at", Instant(), nullable=False),
        sa.Column("arrived_at", Instant(), nullable=True, comment="Null and open: a hand-off on its way"),
        sa.Column("holder", sa.Text(), nullable=True, comment="Who has taken it"),
        sa.Column("claimed_at", Instant(), nullable=True),
        sa.Column("closed_at", Instant(), nullable=True, comment="Decided or recalled"),
        sa.Column("decision", sa.Text(), nullable=True, comment="Null on a closed visit: recalled"),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("rings", sa.Integer(), server_default="0", nullable=False, comment="Messages sent for it"),
        sa.Column(
            "ring_again_at",
            Instant(),
            nullable=True,
            comment="When the relay rings for it again; null: not rung yet",
        ),
        sa.Column("message", sa.Text(), nullable=True, comment="The last Celery message that carried it"),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_visits_application_id")),
        sa.ForeignKeyConstraint(["desk"], ["desks.code"], name=op.f("fk_visits_desk")),
        sa.PrimaryKeyConstraint("application_id", "no", name=op.f("pk_visits")),
        comment="Stays at desks; the open ones are the queues",
    )
    op.create_index(
        "ix_visits_at_desk",
        "visits",
        ["desk", "arrived_at"],
        unique=False,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_visits_on_their_way",
        "visits",
        ["ring_again_at"],
        unique=False,
        sqlite_where=sa.text("arrived_at IS NULL AND closed_at IS NULL"),
        postgresql_where=sa.text("arrived_at IS NULL AND closed_at IS NULL"),
    )


def _log() -> None:
    op.create_table(
        "audit_entries",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("desk", sa.Text(), nullable=True),
        sa.Column("actor", sa.Text(), nullable=False),
        sa.Column("body", sa.LargeBinary(), nullable=False, comment="Canonical JSON, as hashed"),
        sa.Column(
            "hash",
            sa.LargeBinary(length=32),
            nullable=False,
            comment="SHA-256 over prefix, previous hash, length, body",
        ),
        sa.ForeignKeyConstraint(["application_id"], ["applications.id"], name=op.f("fk_audit_entries_application_id")),
        sa.PrimaryKeyConstraint("application_id", "seq", name=op.f("pk_audit_entries")),
        comment="The log: append-only by trigger, one hash chain an application",
    )
    op.create_index("ix_audit_entries_at", "audit_entries", ["at", "application_id", "seq"], unique=False)


def _close_the_log_on_sqlite() -> None:
    for verb in ("UPDATE", "DELETE"):
        op.execute(
            f"""CREATE TRIGGER audit_entries_refuse_{verb.lower()} BEFORE {verb} ON audit_entries
            BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
        )
    # INSERT OR REPLACE deletes the old row without asking the trigger for that.
    op.execute(
        """CREATE TRIGGER audit_entries_refuse_replace BEFORE INSERT ON audit_entries
        WHEN EXISTS (SELECT 1 FROM audit_entries WHERE application_id = NEW.application_id AND seq = NEW.seq)
        BEGIN SELECT RAISE(ABORT, 'the audit log is append-only'); END"""
    )


def _close_the_log_on_postgresql() -> None:
    op.execute(
        """CREATE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege'; END $$"""
    )
    op.execute(
        """CREATE TRIGGER audit_entries_refuse_change BEFORE UPDATE OR DELETE ON audit_entries
        FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()"""
    )
    op.execute(
        """CREATE TRIGGER audit_entries_refuse_truncate BEFORE TRUNCATE ON audit_entries
        FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()"""
    )
