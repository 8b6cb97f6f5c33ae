"""Nobody who writes to the database can change the log by way of it: the database itself refuses."""

import pytest
import sqlalchemy as sa

from routing.domain.errors import DatabaseAway
from routing.reading.chains import verify_chains
from routing.storage.database import AlreadyWritten
from routing.storage.tables import audit_entries
from tests.mall import Mall

CHANGES = [
    sa.text("UPDATE audit_entries SET actor = 'nobody'"),
    sa.text("UPDATE audit_entries SET actor = actor WHERE seq = 1"),
    sa.text("DELETE FROM audit_entries"),
    sa.text("DELETE FROM audit_entries WHERE seq = 2"),
]


def test_an_entry_is_neither_changed_nor_deleted(mall: Mall, subtests: pytest.Subtests) -> None:
    mall.registers()
    for change in CHANGES:
        with (
            subtests.test(str(change)),
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            mall.office.database.engine.begin() as connection,
        ):
            connection.execute(change)
    report = verify_chains(mall.office)
    assert (report.chains, report.entries, report.breaks) == (1, 2, ())


def test_the_log_is_not_emptied_in_one_go(postgresql_mall: Mall) -> None:
    postgresql_mall.registers()
    for statement in ("TRUNCATE audit_entries", "TRUNCATE applications CASCADE"):
        with (
            pytest.raises(sa.exc.DBAPIError, match="append-only"),
            postgresql_mall.office.database.engine.begin() as connection,
        ):
            connection.execute(sa.text(statement))
    assert verify_chains(postgresql_mall.office).entries == 2


def test_an_entry_is_not_replaced_on_sqlite(sqlite_mall: Mall) -> None:
    """REPLACE deletes the old row without asking the trigger that refuses to delete."""
    sqlite_mall.registers()
    copy = "INSERT OR REPLACE INTO audit_entries SELECT application_id, seq, at, kind, desk, 'nobody', body, hash, NULL"
    with (
        pytest.raises(sa.exc.DBAPIError, match="append-only"),
        sqlite_mall.office.database.engine.begin() as connection,
    ):
        connection.execute(sa.text(f"{copy} FROM audit_entries WHERE seq = 1"))
    assert verify_chains(sqlite_mall.office).breaks == ()


def test_an_application_with_entries_is_not_deleted(mall: Mall) -> None:
    mall.registers()
    for table in ("visits", "particulars", "application_keys"):
        with mall.office.database.writing() as connection:
            connection.execute(sa.text(f"DELETE FROM {table}"))
    with pytest.raises(AlreadyWritten), mall.office.database.writing() as connection:
        connection.execute(sa.text("DELETE FROM applications"))
    assert verify_chains(mall.office).chains == 1


def test_the_same_place_in_a_chain_is_not_written_twice(mall: Mall) -> None:
    application = mall.registers()
    with mall.office.reading() as connection:
        wanted = sa.select(audit_entries).where(audit_entries.c.seq == application.entry_count)
        entry = connection.execute(wanted).one()._asdict()
    with pytest.raises(AlreadyWritten), mall.office.database.writing() as connection:
        connection.execute(sa.insert(audit_entries), entry)
    assert verify_chains(mall.office).breaks == ()


def test_a_refusal_of_the_database_reaches_nobody_above_it_untranslated(sqlite_mall: Mall) -> None:
    sqlite_mall.registers()
    with pytest.raises((DatabaseAway, AlreadyWritten)), sqlite_mall.office.database.writing() as connection:
        connection.execute(CHANGES[0])
