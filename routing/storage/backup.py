"""Copies the SQLite file of an embedded mall while the mall works, and parts the keys of personal data from the copy.

The only file that goes to the driver by itself: its online backup sees one state of the database and stops no writer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from routing.domain.errors import DatabaseAway, Refusal

#: What personal data is encrypted with, one key an application; a mall that does not encrypt has no such table.
KEYS_TABLE = "application_keys"
_WITHOUT_KEY = """
SELECT number FROM applications
WHERE id NOT IN (SELECT application_id FROM application_keys)
  AND (id IN (SELECT application_id FROM particulars) OR id IN (SELECT application_id FROM notes))
ORDER BY number
"""


class DamagedDatabase(Refusal):
    """{file} is no sound database: {problem}. Restore the latest backup: satuatap data restore FILE."""

    code = "damaged_database"


def copy_database(source: Path, target: Path) -> str | None:
    """Copies one state of the database into a new file; the migration it is at. Raises DamagedDatabase."""
    with _opened(source) as theirs, _opened(target, new=True) as ours:
        # All pages in one step: a writer can then neither wait for the copy nor make it begin anew.
        theirs.backup(ours, pages=-1)
        # The copy is one file wherever it is taken.
        ours.execute("PRAGMA journal_mode=DELETE")
    return check_database(target)


def check_database(file: Path) -> str | None:
    """The migration the (unused) file is at. Raises DamagedDatabase unless it is sound."""
    with _opened(file) as connection:
        [(found,)] = connection.execute("PRAGMA quick_check(1)").fetchall()
        if found != "ok":
            raise DamagedDatabase(file=file, problem=str(found).splitlines()[0])
        if not _has_table(connection, "alembic_version"):
            return None
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        return str(row[0]) if row else None


def part_keys(file: Path, keys: Path) -> int:
    """Moves the keys of personal data out of the copy into a file of their own; how many there were."""
    with _opened(file) as connection:
        if not _has_table(connection, KEYS_TABLE):
            return 0
        connection.execute("ATTACH ? AS parted", (str(keys),))
        copied = f"CREATE TABLE parted.{KEYS_TABLE} AS SELECT * FROM main.{KEYS_TABLE}"  # noqa: S608 - names of ours
        connection.execute(copied)
        count = connection.execute(f"DELETE FROM main.{KEYS_TABLE}").rowcount  # noqa: S608 - a name of ours
        connection.commit()
        connection.execute("DETACH parted")
        # A deleted row stays readable in the file until its page is written anew.
        connection.execute("VACUUM")
    return int(count)


def master_key_check(file: Path) -> bytes | None:
    """What tells the master key of that mall from another; None: it has none."""
    with _opened(file) as connection:
        if not _has_table(connection, "master_keys"):
            return None
        row = connection.execute("SELECT check_value FROM master_keys").fetchone()
    return bytes(row[0]) if row else None


def without_key(file: Path) -> list[str]:
    """The applications of which the mall holds something sealed and not the key to it."""
    with _opened(file) as connection:
        rows = connection.execute(_WITHOUT_KEY).fetchall()
    return [str(number) for (number,) in rows]


def put_keys_back(file: Path, keys: Path) -> int:
    """Moves parted keys back into the copy, of the applications it knows; how many. Raises DamagedDatabase."""
    check_database(keys)
    with _opened(file) as connection:
        connection.execute("ATTACH ? AS parted", (str(keys),))
        known = "application_id IN (SELECT id FROM main.applications)"
        copied = f"INSERT INTO main.{KEYS_TABLE} SELECT * FROM parted.{KEYS_TABLE} WHERE {known}"  # noqa: S608 - ours
        count = connection.execute(copied).rowcount
        connection.commit()
    return int(count)


@contextmanager
def _opened(file: Path, *, new: bool = False) -> Iterator[sqlite3.Connection]:
    try:
        # By address, so that a file that is not there is not made by looking for it.
        address = f"{file.absolute().as_uri()}?mode={'rwc' if new else 'rw'}"
        with closing(sqlite3.connect(address, uri=True, timeout=30)) as connection:
            yield connection
    except sqlite3.OperationalError as error:
        raise DatabaseAway(f"{DatabaseAway.__doc__} ({file.name}: {error})") from error
    except sqlite3.DatabaseError as error:
        raise DamagedDatabase(file=file, problem=str(error)) from error


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?", (name,))
    return found.fetchone() is not None
