"""On PostgreSQL the program needs no right to change the log, and its own role has none."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.engine import make_url

from routing.actions.index_entries import index_entries
from routing.actions.note_reading import note_reading
from routing.actions.seal import seal
from routing.domain.log_reading import SEARCHED, Reading
from routing.office import Office
from routing.reading.log_reads import ReadsFilter, reads_page
from routing.settings import Settings
from routing.storage.migration import migrate
from tests.clock import Clock
from tests.databases import write_master_key
from tests.mall import Mall
from tests.servers.postgresql import PostgreSQL

ROLE = "satuatap_test_owner"
CLOSED = ("audit_entries", "audit_marks", "calendar_versions", "office_entries", "log_leaves", "log_nodes",
          "log_checkpoints", "log_anchors", "signal_answers", "log_reads")  # fmt: skip


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


def test_a_role_that_owns_the_tables_follows_the_log_and_notes_who_reads_it(mall_of_a_role: Mall) -> None:
    mall_of_a_role.registers()
    assert index_entries(mall_of_a_role.office) == 2
    note_reading(mall_of_a_role.office, Reading(kind=SEARCHED, actor="agus", way="page", question={"kind": "decided"}))
    (read,) = reads_page(mall_of_a_role.office, ReadsFilter()).rows
    assert (read.actor, read.question) == ("agus", {"kind": "decided"})
