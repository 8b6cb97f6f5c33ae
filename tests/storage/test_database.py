"""What a transaction promises, and what happens while the database is away, read-only or full."""

import os
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from routing.domain.errors import DatabaseAway
from routing.office import Office
from routing.settings import Settings
from routing.storage.database import AlreadyWritten, Database
from routing.storage.migration import migrate
from routing.storage.tables import units
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.servers.ports import Unavailable, free_port
from tests.servers.postgresql import Cluster

LABEL = {"id": "Dinas", "en": "Office"}
FORWARD = (OMAR, "forward")


def add_unit(database: Database, code: str) -> None:
    with database.writing() as connection:
        connection.execute(sa.insert(units), {"code": code, "label": LABEL})


def unit_codes(database: Database) -> list[str]:
    with database.reading() as connection:
        return list(connection.execute(sa.select(units.c.code).order_by(units.c.code)).scalars())


def test_what_is_written_is_there_afterwards(office: Office) -> None:
    add_unit(office.database, "dinkes")
    assert unit_codes(office.database) == ["dinkes"]


class Interrupted(Exception):
    pass


@pytest.mark.parametrize("interruption", [Interrupted, KeyboardInterrupt])
def test_what_was_interrupted_was_never_written(office: Office, interruption: type[BaseException]) -> None:
    with pytest.raises(interruption), office.database.writing() as connection:  # noqa: PT012 - what is open is the point
        connection.execute(sa.insert(units), {"code": "dinkes", "label": LABEL})
        raise interruption
    assert unit_codes(office.database) == []
    add_unit(office.database, "dpmptsp")
    assert unit_codes(office.database) == ["dpmptsp"]


def test_the_same_key_twice_is_a_fault_that_can_be_told_apart(office: Office) -> None:
    add_unit(office.database, "dinkes")
    with pytest.raises(AlreadyWritten):
        add_unit(office.database, "dinkes")
    assert unit_codes(office.database) == ["dinkes"]


def test_whoever_reads_sees_one_state_and_no_half_written_one(office: Office) -> None:
    with office.database.writing() as writer:
        writer.execute(sa.insert(units), {"code": "dinkes", "label": LABEL})
        assert unit_codes(office.database) == []
    assert unit_codes(office.database) == ["dinkes"]


def test_a_visit_to_a_desk_that_does_not_exist_is_refused_by_the_database(mall: Mall) -> None:
    application = mall.registers()
    with pytest.raises(AlreadyWritten), mall.office.database.writing() as connection:
        connection.execute(sa.text(f"UPDATE visits SET desk = 'nowhere' WHERE application_id = {application.id}"))


@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1), ("busy_timeout", 30_000)]
)
def test_every_connection_to_sqlite_is_set_up_as_an_office_needs_it(
    sqlite_office: Office, setting: str, value: object
) -> None:
    database = sqlite_office.database
    # Three at once, so that they cannot be the same connection.
    with database.reading() as one, database.reading() as another, database.writing() as third:
        found = [connection.execute(sa.text(f"PRAGMA {setting}")).scalar() for connection in (one, another, third)]
    assert found == [value] * 3


def test_on_sqlite_one_writes_at_a_time_and_nobody_is_turned_away(sqlite_office: Office) -> None:
    database, together = sqlite_office.database, threading.Barrier(8)

    def write(number: int) -> None:
        together.wait()
        for turn in range(5):
            add_unit(database, f"unit-{number}-{turn}")

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(unit_codes(database)) == 40


def test_the_folder_of_a_new_mall_is_made_and_closed_to_others(tmp_path: Path) -> None:
    database = Database(f"sqlite:///{tmp_path / 'deep' / 'mall' / 'satuatap.db'}")
    migrate(database)
    database.close()
    assert (tmp_path / "deep" / "mall").stat().st_mode & 0o777 == 0o700


@contextmanager
def as_somebody_else(folder: Path) -> Iterator[None]:
    """In the block, files of this test cannot be written: also not by root, who steps down meanwhile."""
    folder.chmod(0o555)
    for path in folder.iterdir():
        path.chmod(0o444)
    was_root = os.geteuid() == 0
    if was_root:
        os.seteuid(65534)
    try:
        yield
    finally:
        if was_root:
            os.seteuid(0)
        folder.chmod(0o755)
        for path in folder.iterdir():
            path.chmod(0o644)


def test_a_read_only_file_is_told_and_written_again_as_soon_as_it_can_be() -> None:
    # Not pytest's folder, which is closed to everybody else.
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder / 'satuatap.db'}")
        migrate(database)
        add_unit(database, "dinkes")
        database.close()
        with as_somebody_else(folder), pytest.raises(DatabaseAway):
            add_unit(database, "dpmptsp")
        assert unit_codes(database) == ["dinkes"]
        add_unit(database, "dpmptsp")
        assert unit_codes(database) == ["dinkes", "dpmptsp"]
        database.close()


def test_a_full_disk_is_told_and_leaves_nothing_half_written(sqlite_mall: Mall) -> None:
    database = sqlite_mall.office.database
    application = sqlite_mall.registers()
    sqlite_mall.carries()
    before = row_counts(database)
    with pytest.raises(DatabaseAway), database.writing() as connection:  # noqa: PT012 - as above
        pages = connection.execute(sa.text("PRAGMA page_count")).scalar()
        # The limit belongs to this connection, which stands for a disk that has no room left.
        connection.execute(sa.text(f"PRAGMA max_page_count = {pages}"))
        for number in range(10_000):
            connection.execute(sa.insert(units), {"code": f"unit-{number}", "label": LABEL})
    assert row_counts(database) == before
    database.close()
    assert sqlite_mall.decides(application, *FORWARD).step == "recommend"


def test_a_folder_that_went_away_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "mall"
    database = Database(f"sqlite:///{folder / 'satuatap.db'}")
    folder.rmdir()
    with pytest.raises(DatabaseAway):
        unit_codes(database)
    folder.mkdir()
    migrate(database)
    add_unit(database, "dinkes")
    assert unit_codes(database) == ["dinkes"]
    database.close()


def test_a_server_nobody_answers_at_is_told(tmp_path: Path) -> None:
    database = Database(f"postgresql+psycopg://ida@127.0.0.1:{free_port()}/permits")
    with pytest.raises(DatabaseAway):
        unit_codes(database)
    database.close()


def test_what_the_person_is_told_names_no_address_and_no_statement(tmp_path: Path) -> None:
    address = f"postgresql+psycopg://ida:very-secret@127.0.0.1:{free_port()}/permits"
    database = Database(address)
    with pytest.raises(DatabaseAway) as told:
        add_unit(database, "dinkes")
    assert not {"very-secret", "127.0.0.1", "INSERT"} & set(str(told.value).split())
    assert "very-secret" not in str(told.value.__cause__)
    database.close()


@pytest.fixture
def cluster() -> Iterator[Cluster]:
    """A server of this test's own, because it is stopped."""
    try:
        cluster = Cluster(durable=True)
    except Unavailable as reason:
        pytest.skip(str(reason))
    cluster.start()
    yield cluster
    cluster.close()


def test_when_the_server_is_back_the_office_goes_on_by_itself(cluster: Cluster, tmp_path: Path) -> None:
    office = Office(Settings(data=tmp_path, database_url=SecretStr(cluster.url)))
    migrate(office.database)
    for number in range(3):
        add_unit(office.database, f"unit-{number}")
    for end in (cluster.stop, cluster.kill9):
        end()
        for _ in range(2):
            with pytest.raises(DatabaseAway):
                add_unit(office.database, "lost")
        cluster.start()
        answered = 0
        # Connections from before are found dead one at a time, or all at once; no more than the pool holds.
        for _ in range(17):
            try:
                unit_codes(office.database)
            except DatabaseAway:
                continue
            answered += 1
        assert answered >= 16
    assert unit_codes(office.database) == ["unit-0", "unit-1", "unit-2"]
    office.close()


def test_a_transaction_whose_server_dies_in_the_middle_writes_nothing(cluster: Cluster, tmp_path: Path) -> None:
    database = Database(cluster.url)
    migrate(database)
    with pytest.raises(DatabaseAway), database.writing() as connection:  # noqa: PT012 - as above
        connection.execute(sa.insert(units), {"code": "dinkes", "label": LABEL})
        cluster.kill9()
    cluster.start()
    assert unit_codes(database) == []
    database.close()


def test_what_was_deleted_is_gone_from_the_journal_unless_somebody_reads(sqlite_settings: Settings) -> None:
    database = Database(sqlite_settings.database)
    journal = sqlite_settings.data / "satuatap.db-wal"
    with database.writing() as connection:
        connection.execute(sa.insert(units), {"code": "a-secret-unit", "label": LABEL})
    with database.writing() as connection:
        connection.execute(sa.delete(units))
    assert b"a-secret-unit" in journal.read_bytes()
    with database.reading() as connection:
        connection.execute(sa.select(units)).all()
        assert database.forget_what_was_deleted() is False
    assert database.forget_what_was_deleted() is True
    for path in sqlite_settings.data.glob("satuatap.db*"):
        assert b"a-secret-unit" not in path.read_bytes()
    database.close()
