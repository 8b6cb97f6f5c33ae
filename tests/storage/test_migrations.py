"""Migrations make exactly the tables the program works with, once, whoever else tries at the same moment."""

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy.engine import Connection

import routing.storage.migrations
from routing.domain.errors import DatabaseAway, NotMigrated
from routing.office import Office
from routing.storage.database import Database
from routing.storage.migration import NEWEST, migrate, require_migrated, version
from routing.storage.tables import metadata

VERSIONS = Path(routing.storage.migrations.__file__).parent / "versions"
FILES = sorted(path for path in VERSIONS.glob("*.py") if path.name != "__init__.py")

#: Everything PostgreSQL knows of columns, indexes, keys and comments.
_SHAPE_ON_POSTGRESQL = """
SELECT 'column', table_name, column_name, data_type, is_nullable, column_default, is_identity
  FROM information_schema.columns WHERE table_schema = 'public'
UNION ALL SELECT 'index', tablename, indexname, indexdef, '', '', '' FROM pg_indexes WHERE schemaname = 'public'
UNION ALL SELECT 'key', conrelid::regclass::text, conname, pg_get_constraintdef(oid), '', '', ''
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace
UNION ALL SELECT 'comment', objoid::regclass::text, coalesce(attname, ''), description, '', '', ''
  FROM pg_description LEFT JOIN pg_attribute ON attrelid = objoid AND attnum = objsubid AND objsubid > 0
 WHERE classoid = 'pg_class'::regclass
   AND objoid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
"""
_TRIGGERS = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal",
}


@pytest.fixture
def empty(empty_url: str) -> Iterator[Database]:
    database = Database(empty_url)
    yield database
    database.close()


def shape(connection: Connection) -> set[tuple[Any, ...]]:
    """The tables as the database itself describes them."""
    if connection.dialect.name == "postgresql":
        rows = connection.execute(sa.text(_SHAPE_ON_POSTGRESQL))
        return {tuple(row) for row in rows if "alembic_version" not in row[1]}
    rows = connection.execute(sa.text("SELECT type, name, sql FROM sqlite_master WHERE type != 'trigger'"))
    return {
        (row.type, row.name, part)
        for row in rows
        if "alembic_version" not in row.name
        # A column that was added later stands behind the keys, and batches quote what needs no quotes.
        for part in definitions(re.sub(r"\s+", " ", row.sql or "").replace('"', ""))
    }


def definitions(statement: str) -> list[str]:
    """The parts of a CREATE TABLE: what stands before its first bracket, then each column and key."""
    if not statement.startswith("CREATE TABLE"):
        return [statement]
    head, _, body = statement.partition("(")
    parts, depth = [""], 0
    for sign in body.rpartition(")")[0]:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 0:
            parts.append("")
        else:
            parts[-1] += sign
    return [head.strip(), *(part.strip() for part in parts)]


def test_the_migrations_make_the_tables_of_the_program(office: Office) -> None:
    with office.reading() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, metadata) == []


def test_a_column_that_no_migration_makes_would_be_found(office: Office) -> None:
    wanted = sa.MetaData()
    for table in metadata.tables.values():
        table.to_metadata(wanted)
    wanted.tables["visits"].append_column(sa.Column("forgotten", sa.Text()))
    with office.reading() as connection:
        (difference,) = compare_metadata(MigrationContext.configure(connection), wanted)
    assert difference[0] == "add_column"


def test_columns_keys_and_conditions_of_indexes_are_those_of_the_tables(empty: Database) -> None:
    with empty.writing() as connection:
        metadata.create_all(connection)
        wanted = shape(connection)
        metadata.drop_all(connection)
    migrate(empty)
    with empty.reading() as connection:
        assert shape(connection) == wanted


def test_every_trigger_that_closes_the_log_or_keeps_the_board_is_there(office: Office) -> None:
    with office.reading() as connection:
        found = set(connection.execute(sa.text(_TRIGGERS[office.database.name])).scalars())
    closed = {"audit_entries", "audit_marks", "calendar_versions", "office_entries", "signal_answers"}
    closed |= {"log_leaves", "log_nodes", "log_checkpoints", "log_anchors", "log_reads"}
    wanted = {
        "sqlite": {f"{table}_refuse_{change}" for table in closed for change in ("update", "delete", "replace")},
        "postgresql": {f"{table}_refuse_{change}" for table in closed for change in ("change", "truncate")},
    }
    board = {"visit_opens", "visit_closes", "visit_moves", "clock_turns", "pause_begins", "pause_ends"}
    kept = {f"open_dues_{moment}" for moment in board} | {"applications_keep_deemed"}
    assert found == wanted[office.database.name] | kept


def test_migrating_again_changes_nothing(empty: Database) -> None:
    assert version(empty) is None
    assert migrate(empty) is True
    with empty.reading() as connection:
        before = shape(connection)
    assert migrate(empty) is False
    assert version(empty) == NEWEST
    with empty.reading() as connection:
        assert shape(connection) == before


def test_of_several_that_migrate_at_once_one_does_it(empty_url: str) -> None:
    together = threading.Barrier(4)
    done: list[bool | Exception] = []

    def deploy() -> None:
        database = Database(empty_url)
        together.wait()
        try:
            done.append(migrate(database))
        except Exception as error:  # noqa: BLE001 - whatever it is, the test shows it
            done.append(error)
        database.close()

    threads = [threading.Thread(target=deploy) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(done, key=str) == [False, False, False, True]


def test_of_several_processes_that_start_on_a_new_folder_one_migrates(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "routing", "migrate", "--data", str(tmp_path / "new"), "--json"]
    processes = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) for _ in range(3)]
    said = [process.communicate(timeout=60) for process in processes]
    assert [process.returncode for process in processes] == [0, 0, 0], said
    assert sorted('"migrated": true' in out for out, _ in said) == [False, False, True]


def test_a_database_of_a_newer_program_is_left_alone(office: Office) -> None:
    with office.database.writing() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(NotMigrated, match="newer program"):
        migrate(office.database)
    with pytest.raises(NotMigrated, match="9999"):
        require_migrated(office.database)
    assert version(office.database) == "9999"


def test_an_empty_database_is_not_worked_with(empty: Database) -> None:
    with pytest.raises(NotMigrated, match="satuatap migrate"):
        require_migrated(empty)


def test_a_migration_that_fails_leaves_nothing_behind(empty: Database) -> None:
    with empty.writing() as connection:
        # The migration makes a table of this name, after several others.
        connection.execute(sa.text("CREATE TABLE visits (surprise INTEGER)"))
    with pytest.raises((DatabaseAway, sa.exc.ProgrammingError)) as refused:
        migrate(empty)
    assert "visits" in str(refused.value.__cause__)
    with empty.reading() as connection:
        assert set(sa.inspect(connection).get_table_names()) == {"visits"}


def test_the_files_are_numbered_in_the_order_in_which_they_run() -> None:
    numbers = [path.name.partition("_")[0] for path in FILES]
    assert numbers == [f"{number:04}" for number in range(1, len(FILES) + 1)]
    assert numbers[-1] == NEWEST
    for path, number in zip(FILES, numbers, strict=True):
        text = path.read_text(encoding="utf-8")
        before = f'"{int(number) - 1:04}"' if number != "0001" else "None"
        assert f'\nrevision = "{number}"\n' in text
        assert f"\ndown_revision = {before}\n" in text


def test_there_is_no_way_back() -> None:
    assert [path.name for path in FILES if "def downgrade" in path.read_text(encoding="utf-8")] == []
