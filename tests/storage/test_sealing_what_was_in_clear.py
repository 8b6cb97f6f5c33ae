"""Books from before the seals: what stood in clear is sealed, what the log says of it still fits, no trace is left."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from pydantic import SecretStr

from routing.domain.application import Particulars
from routing.domain.audit_chain import Entry, rfc3339
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.history import history
from routing.reading.who_applies import applications_of, who_applies
from routing.settings import Settings
from routing.storage.database import Database
from routing.storage.migration import migrate, version
from routing.vault.master_key import MasterKeyUnusable
from tests.domain.people_of_the_mall import KEY, Walk
from tests.domain.small_routes import disposisi
from tests.domain.test_moves import NI_LUH

ENTRY = tuple(Entry.__dataclass_fields__)
REASON = "Denah Bu Zamzami di Gang Kenanga buram"
#: What every ``Walk`` begins with.
WHO = Particulars(name="dr. Putu Lestari", nik="3579014107900001")


@pytest.fixture
def old_books(empty_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A returned application, as a program before the seals kept it."""
    path = tmp_path / "mall" / "satuatap.db"
    database = Database(path if empty_url.startswith("sqlite") else empty_url)
    with monkeypatch.context() as patched:
        patched.setattr("routing.storage.migration.NEWEST", "0001")
        migrate(database)
    walk = Walk(disposisi(), papers=(), next_desk="struktur").decides(NI_LUH, "return", reason=REASON, requirements=())
    with database.writing() as connection:
        fill(connection, walk)
    yield database
    database.close()


def fill(connection: sa.Connection, walk: Walk) -> None:
    """Every row of the walk, as migration 0001 shaped it."""
    books = sa.MetaData()
    books.reflect(connection)
    application, workflow = walk.application, walk.book.workflow

    def insert(table: str, **row: Any) -> None:
        is_text = connection.dialect.name == "sqlite"
        said = {name: rfc3339(value) if is_text and hasattr(value, "tzinfo") else value for name, value in row.items()}
        connection.execute(sa.insert(books.tables[table]), said)

    content_hash = workflow.content_hash
    insert("workflow_versions", hash=content_hash, service=workflow.service, document=workflow.canonical,
           published_at=walk.at, published_by="tests")  # fmt: skip
    insert("services", code=workflow.service, workflow=content_hash, last_number=1)
    columns = list(books.tables["applications"].columns.keys())
    kept = {name: getattr(application, name) for name in columns if hasattr(application, name)}
    insert("applications", **kept | {"facts": {}, "papers": [], "submission_key": None})
    insert("particulars", application_id=application.id, digest_key=KEY, name=WHO.name, nik=WHO.nik, phone="",
           answers={})  # fmt: skip
    for one in walk.entries:
        insert("audit_entries", **{name: getattr(one, name) for name in ENTRY})
    assert walk.last.note is not None
    insert("notes", application_id=application.id, seq=walk.last.note.seq, text=walk.last.note.text)


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
