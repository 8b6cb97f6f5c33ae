"""Personal data under seal: a key for each application, and what stood in clear is sealed with it."""

import json

import sqlalchemy as sa
from alembic import context, op

from routing.domain.application import Particulars
from routing.storage.instant import Instant
from routing.storage.master_keys import open_vault, set_up_vault
from routing.vault.master_key import MasterKeyUnusable
from routing.vault.personal_data import Vault

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_AT_ONCE = 500


def upgrade() -> None:
    """Makes the tables of the keys, seals what is there, and takes the columns in clear away."""
    _keys()
    _columns()
    connection = op.get_bind()
    if connection.execute(sa.text("SELECT 1 FROM particulars LIMIT 1")).first() is not None:
        _seal_everything(connection)
    with op.batch_alter_table("particulars") as table:
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
        for name in ("digest_key", "name", "nik", "phone", "answers"):
            table.drop_column(name)
    with op.batch_alter_table("notes") as table:
        table.alter_column("sealed", existing_type=sa.LargeBinary(), nullable=False)
        table.drop_column("text")


def _keys() -> None:
    op.create_table(
        "master_keys",
        sa.Column("no", sa.Integer(), autoincrement=False, nullable=False, comment="Always 1: there is one"),
        sa.Column(
            "check_value", sa.LargeBinary(length=16), nullable=False, comment="Tells the master key from another"
        ),
        sa.PrimaryKeyConstraint("no", name=op.f("pk_master_keys")),
        comment="Which master key belongs to this database; the key itself is a file elsewhere",
    )
    op.create_table(
        "application_keys",
        sa.Column("application_id", sa.BigInteger(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False, comment="Sealed by the master key"),
        sa.ForeignKeyConstraint(
            ["application_id"], ["applications.id"], name=op.f("fk_application_keys_application_id")
        ),
        sa.PrimaryKeyConstraint("application_id", name=op.f("pk_application_keys")),
        comment="The key of each application: destroyed, and all that is personal in it is gone",
    )
    op.create_table(
        "reveals",
        sa.Column("id", sa.Integer(), autoincrement=True, nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("at", Instant(), nullable=False),
        sa.ForeignKeyConstraint(["person_id"], ["people.id"], name=op.f("fk_reveals_person_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_reveals")),
        comment="How often somebody looked at personal data lately",
    )
    op.create_index("ix_reveals_person", "reveals", ["person_id", "at"], unique=False)


def _columns() -> None:
    op.add_column(
        "people",
        sa.Column("nik_index", sa.LargeBinary(16), comment="Keyed index of their NIK, which is not kept itself"),
    )
    for column in (
        sa.Column("acting", sa.Text(), comment="plh or plt, with its letter; null: in their own right"),
        sa.Column("instrument", sa.Text(), comment="The letter's number"),
        sa.Column("instrument_date", sa.Date(), comment="The letter's date"),
    ):
        op.add_column("assignments", column)
    for column in (
        sa.Column("applicant_index", sa.LargeBinary(16), comment="Keyed index of the applicant's NIK"),
        sa.Column("erased_at", Instant(), comment="When the applicant's personal data was destroyed"),
    ):
        op.add_column("applications", column)
    op.create_index("ix_applications_applicant", "applications", ["applicant_index"], unique=False)
    op.add_column(
        "particulars",
        sa.Column("sealed", sa.LargeBinary(), comment="Name, NIK, telephone and free text of the form"),
    )
    op.add_column("notes", sa.Column("sealed", sa.LargeBinary(), comment="The text"))


def _seal_everything(connection: sa.Connection) -> None:
    """In the transaction that takes the clear columns away: whatever happens, it is one or the other."""
    path = context.config.attributes.get("master_key")
    if path is None:
        message = "This database holds personal data in clear; to seal it, the migration needs a master key."
        raise MasterKeyUnusable(message)
    set_up_vault(connection, path)
    vault = open_vault(connection, path)
    last = -1
    while last is not None:
        last = _seal_some(connection, vault, last)
    connection.execute(sa.text("DELETE FROM particulars WHERE sealed IS NULL"))


def _seal_some(connection: sa.Connection, vault: Vault, after: int) -> int | None:
    """Seals the next applications behind that id; the last one's id, or None where there is none left."""
    rows = connection.execute(
        sa.text("SELECT * FROM particulars WHERE application_id > :after ORDER BY application_id LIMIT :most"),
        {"after": after, "most": _AT_ONCE},
    ).all()
    for row in rows:
        # The digests in the log were made with this key, so it stays.
        key = vault.new_key(row.application_id, bytes(row.digest_key))
        place = {"id": row.application_id}
        connection.execute(
            sa.text("INSERT INTO application_keys (application_id, wrapped) VALUES (:id, :wrapped)"),
            place | {"wrapped": vault.wrap(key)},
        )
        if row.name is not None:
            answers = json.loads(row.answers) if isinstance(row.answers, str) else row.answers
            who = Particulars(name=row.name, nik=row.nik, phone=row.phone, answers=answers)
            connection.execute(
                sa.text("UPDATE particulars SET sealed = :sealed WHERE application_id = :id"),
                place | {"sealed": key.seal_particulars(who)},
            )
            connection.execute(
                sa.text("UPDATE applications SET applicant_index = :found_by WHERE id = :id"),
                place | {"found_by": vault.index_of(row.nik)},
            )
        notes = connection.execute(sa.text("SELECT seq, text FROM notes WHERE application_id = :id"), place).all()
        for note in notes:
            connection.execute(
                sa.text("UPDATE notes SET sealed = :sealed WHERE application_id = :id AND seq = :seq"),
                place | {"seq": note.seq, "sealed": key.seal_note(note.seq, note.text)},
            )
    return rows[-1].application_id if rows else None
