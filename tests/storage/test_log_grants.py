"""On PostgreSQL the program needs no right to change the log, and its own role has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from routing.actions.seal import seal
from routing.office import Office
from routing.settings import Settings
from routing.storage.migration import migrate
from tests.clock import Clock
from tests.databases import write_master_key
from tests.mall import Mall
from tests.servers.postgresql import PostgreSQL

ROLE = "satuatap_test_owner"
CLOSED = ("audit_entries", "audit_marks", "calendar_versions", "office_entries", "log_leaves", "log_nodes",
          "log_checkpoints", "log_anchors")  # fmt: skip


@pytest.fixture
def mall_of_a_role(postgresql_server: PostgreSQL, tmp_path: Path, clock: Clock) -> Iterator[Mall]:
    """A mall whose role owns its database, and is no superuser."""
    address = make_url(postgresql_server.create_database("satuatap_test_of_a_role"))
    admin = sa.create_engine(address.set(drivername="postgresql+psycopg"), poolclass=sa.NullPool)
    with admin.begin() as connection:
        connection.exec_driver_sql(f"CREATE ROLE {ROLE} LOGIN PASSWORD 'tests'")
        connection.exec_driver_sql(f"GRANT CREATE, USAGE ON SCHEMA public TO {ROLE}")
    url = address.set(username=ROLE, password="tests").render_as_string(hide_password=False)
    write_master_key(tmp_path / "mall")
    settings = Settings(data=tmp_path / "mall", database_url=SecretStr(url))
    office = Office(settings, clock=clock)
    try:
        migrate(office.database, settings.master_key)
        office.set_up_vault()
        office.set_up_calendar()
        yield Mall(office, clock)
    finally:
        office.close()
        with admin.begin() as connection:
            connection.exec_driver_sql(f"DROP OWNED BY {ROLE} CASCADE")
        postgresql_server.drop_database("satuatap_test_of_a_role")
        with sa.create_engine(
            make_url(postgresql_server.url).set(drivername="postgresql+psycopg"), poolclass=sa.NullPool
        ).begin() as connection:
            connection.exec_driver_sql(f"DROP ROLE {ROLE}")


def test_a_role_that_owns_the_tables_works_and_seals_and_cannot_change_the_log(
    mall_of_a_role: Mall, subtests: pytest.Subtests
) -> None:
    mall_of_a_role.registers()
    mall_of_a_role.carries()
    assert seal(mall_of_a_role.office).leaves >= 3
    engine = mall_of_a_role.office.database.engine
    for table in CLOSED:
        for change in (f"DELETE FROM {table}", f"TRUNCATE {table}"):
            with (
                subtests.test(change),
                pytest.raises(sa.exc.DBAPIError, match="permission denied"),
                engine.begin() as connection,
            ):
                connection.execute(sa.text(change))
    with pytest.raises(sa.exc.DBAPIError, match="permission denied"), engine.begin() as connection:
        connection.execute(sa.text("UPDATE audit_entries SET actor = 'nobody'"))
