"""What somebody can do to the log who may do anything in the database."""

import sqlite3
from contextlib import closing

import sqlalchemy as sa

from routing.office import Office
from routing.storage.tables import applications


def forge(office: Office, *statements: sa.Update | sa.Delete | sa.Insert) -> None:
    """Changes what the database itself refuses to have changed; on SQLite its triggers are gone afterwards."""
    with office.database.engine.begin() as connection:
        if office.database.is_sqlite:
            triggers = "SELECT name FROM sqlite_master WHERE type = 'trigger' AND name LIKE '%_refuse_%'"
            for name in connection.exec_driver_sql(triggers).scalars().all():
                connection.exec_driver_sql(f"DROP TRIGGER {name}")
        else:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        for statement in statements:
            connection.execute(statement)


def forge_away(office: Office, application_id: int) -> None:
    """Takes an application out, past the foreign keys of all that belongs to it."""
    if not office.database.is_sqlite:
        forge(office, sa.delete(applications).where(applications.c.id == application_id))
        return
    # A connection of its own, since only the program's have their foreign keys watched.
    with closing(sqlite3.connect(str(office.database.engine.url.database))) as connection, connection:
        connection.execute("DELETE FROM applications WHERE id = ?", (application_id,))
