"""Books from before the seals: what stood in clear is sealed, what the log says of it still fits, no trace is left."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.history import history
from routing.reading.who_applies import applications_of, who_applies
from routing.settings import Settings
from routing.storage.database import Database
from routing.storage.migration import migrate, version
from routing.vault.master_key import MasterKeyUnusable
from tests.domain.people_of_the_mall import KEY
from tests.old_books import REASON, WHO, fill_as_before_the_seals


@pytest.fixture
def old_books(empty_url: str, tmp_path: Path) -> Iterator[Database]:
    path = tmp_path / "mall" / "satuatap.db"
    database = Database(path if empty_url.startswith("sqlite") else empty_url)
    fill_as_before_the_seals(database)
    yield database
    database.close()


def office_of(database: Database, folder: Path) -> Office:
    url = None if database.is_sqlite else SecretStr(database.url.render_as_string(hide_password=False))
    return Office(Settings(data=folder / "mall", database_url=url))


def test_it_is_sealed_and_found_again_and_the_log_verifies(old_books: Database, tmp_path: Path) -> None:
    office = office_of(old_books, tmp_path)
    assert migrate(office.database, office.settings.master_key) is True
    assert office.set_up_vault() is False, "the key was made when the first row was sealed"
    report = verify_chains(office)
    assert (report.chains, report.breaks) == (1, ())
    (found,) = applications_of(office, WHO.nik)
    assert found.name == WHO.name
    assert who_applies(office, 7) == WHO
    assert [one.note for one in history(office, 7, with_notes=True).events if one.note] == [REASON]
    office.close()


# The old rows of PostgreSQL are its own until its next VACUUM.
@pytest.mark.parametrize("empty_url", ["sqlite"], indirect=True)
def test_no_page_of_the_file_keeps_what_stood_there_in_clear(old_books: Database, tmp_path: Path) -> None:
    folder = tmp_path / "mall"
    traces = (WHO.nik.encode(), b"Putu Lestari", b"Zamzami", b"Kenanga", KEY)
    before = b"".join(path.read_bytes() for path in folder.glob("satuatap.db*"))
    assert all(trace in before for trace in traces)
    old_books.close()
    office = office_of(old_books, tmp_path)
    migrate(office.database, office.settings.master_key)
    # While it is open, so that the journal is still there.
    for path in folder.glob("satuatap.db*"):
        for trace in traces:
            assert trace not in path.read_bytes(), (path, trace)
    office.close()


def test_without_a_key_nothing_is_changed(old_books: Database) -> None:
    at = version(old_books)
    with pytest.raises(MasterKeyUnusable, match="in clear"):
        migrate(old_books)
    assert version(old_books) == at
    with old_books.reading() as connection:
        assert connection.execute(sa.text("SELECT name FROM particulars")).scalar() == WHO.name
