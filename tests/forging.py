"""What somebody can do to the log who may do anything in the database."""

import sqlalchemy as sa

from routing.office import Office


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
