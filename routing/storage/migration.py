"""Brings a database to this program's version, once, whoever else tries at the same moment."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.errors import NotMigrated
from routing.storage.database import Database, translated

#: The newest file in ``migrations/versions``; a test holds it to that.
NEWEST = "0011"
# What older databases hold in clear is sealed by this one.
_SEALED_FROM = "0003"
_FOLDER = Path(__file__).parent / "migrations"
# Any number will do, as long as nothing else in the database uses it as an advisory lock.
_LOCK = 0x5A7A


def migrate(database: Database, master_key: Path | None = None) -> bool:
    """Runs what is missing; False: nothing was.

    ``master_key``: its file, made where it is missing; needed where personal data stands in clear (before 0003).
    Raises DatabaseAway, MasterKeyUnusable, and NotMigrated for a newer database.
    """
    # Alembic takes 0.3 s to import, and a mall that is up to date never needs it.
    if version(database) == NEWEST:
        return False
    from alembic import command  # noqa: PLC0415 - see above
    from alembic.config import Config  # noqa: PLC0415 - see above

    config = Config()
    config.set_main_option("script_location", str(_FOLDER))
    with database.writing() as connection:
        _take_turns(connection)
        before = _version(connection)
        if before is not None and before > NEWEST:
            message = f"The database is at {before}, this program only at {NEWEST}. Install a newer program."
            raise NotMigrated(message)
        config.attributes["connection"] = connection
        config.attributes["master_key"] = master_key
        command.upgrade(config, NEWEST)
    if before is not None and before < _SEALED_FROM:
        database.forget_what_was_deleted(rewrite=True)
    return before != NEWEST


def version(database: Database) -> str | None:
    """The migration the database is at; None: it is empty."""
    with translated(), database.reading() as connection:
        return _version(connection)


def require_migrated(database: Database) -> None:
    """Raises NotMigrated unless the database is at this program's version."""
    at = version(database)
    if at != NEWEST:
        message = f"The database is at {at or 'nothing'}, this program at {NEWEST}. Run: satuatap migrate."
        raise NotMigrated(message)


def _version(connection: Connection) -> str | None:
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalar()


def _take_turns(connection: Connection) -> None:
    """One deployment migrates at a time, and none waits for a table lock for ever."""
    if connection.dialect.name == "postgresql":
        connection.execute(sa.text("SET LOCAL lock_timeout = '4s'"))
        connection.execute(sa.text("SET LOCAL statement_timeout = '60s'"))
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
