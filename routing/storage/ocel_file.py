"""OCEL 2.0 as an SQLite file: somebody else's tables, and none of the office's.

It is here and not among the formats because it is a database that is written. Which objects and events there are,
``formats.ocel_objects`` says. Every row may be written twice: an export that was interrupted goes on from its last
mark, and what was committed behind the mark comes again.
"""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from routing.formats.exported_log import ExportedApplication
from routing.formats.ocel_objects import EVENT_ATTRIBUTES, OBJECT_ATTRIBUTES, OcelTeller

_TABLES = """
CREATE TABLE event_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE object_map_type (ocel_type TEXT PRIMARY KEY, ocel_type_map TEXT NOT NULL UNIQUE) WITHOUT ROWID;
CREATE TABLE event (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES event_map_type (ocel_type))
    WITHOUT ROWID;
CREATE TABLE object (ocel_id TEXT PRIMARY KEY, ocel_type TEXT NOT NULL REFERENCES object_map_type (ocel_type))
    WITHOUT ROWID;
CREATE TABLE event_object (ocel_event_id TEXT NOT NULL REFERENCES event (ocel_id),
    ocel_object_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_event_id, ocel_object_id, ocel_qualifier)) WITHOUT ROWID;
CREATE TABLE object_object (ocel_source_id TEXT NOT NULL REFERENCES object (ocel_id),
    ocel_target_id TEXT NOT NULL REFERENCES object (ocel_id), ocel_qualifier TEXT NOT NULL,
    PRIMARY KEY (ocel_source_id, ocel_target_id, ocel_qualifier)) WITHOUT ROWID;
"""
_COLUMN_TYPES = {"integer": "INTEGER", "string": "TEXT", "time": "TIMESTAMP"}
#: What is true of an object at all times has this one.
_ALWAYS = "1970-01-01T00:00:00.000000Z"
#: So many events are kept before they are written.
_EVENTS_AT_ONCE = 5_000

Rows = dict[str, list[tuple[Any, ...]]]


class OcelFile:
    """A file being written; ``ocel_file`` opens and closes it."""

    def __init__(self, connection: sqlite3.Connection, state: Mapping[str, Any] | None = None) -> None:
        self._connection = connection
        self._teller = OcelTeller(state)
        self._places = _places(connection) if state is not None else {}
        self._facts = list(self._teller.facts.values())
        self._columns = {name: tuple(one for one, _ in own) for name, own in OBJECT_ATTRIBUTES.items()}
        self._rows: Rows = defaultdict(list)
        self._waiting = 0

    def begin(self) -> None:
        """The tables that every file has."""
        self._connection.executescript(_TABLES)
        for name, attributes in OBJECT_ATTRIBUTES.items():
            self._connection.execute("INSERT INTO object_map_type VALUES (?, ?)", (name, name))
            self._connection.execute(
                f"CREATE TABLE object_{name} (ocel_id TEXT NOT NULL REFERENCES object (ocel_id), "
                f"ocel_time TIMESTAMP NOT NULL, ocel_changed_field TEXT{_declared(attributes)}, "
                "PRIMARY KEY (ocel_id, ocel_time)) WITHOUT ROWID"
            )
        self._connection.commit()

    def write(self, told: ExportedApplication) -> None:
        """Its events, and the objects that are new."""
        events, objects = self._teller.tell(told)
        rows = self._rows
        for event in events:
            rows["event"].append((event.id, event.type))
            rows[f"event_t{self._place(event.type)}"].append((event.id, event.at, *event.values))
            rows["event_object"] += [(event.id, *one) for one in event.relations]
        self._add_columns()
        for thing in objects:
            names = self._columns[thing.type]
            names = (*names, *self._facts) if thing.type == "application" else names
            rows["object"].append((thing.id, thing.type))
            # Only the first value of an attribute is known, so no field has changed.
            row = (thing.id, _ALWAYS, None, *map(thing.values.get, names))
            rows[f"object_{thing.type}"].append(row)
            rows["object_object"] += [(thing.id, *one) for one in thing.relations]
        self._waiting += len(events)
        if self._waiting >= _EVENTS_AT_ONCE:
            self._flush()

    def end(self) -> None:
        """What is still kept, and no journal beside the file."""
        self._flush()

    def state(self) -> dict[str, Any]:
        """What was told of already; all of it is in the file."""
        self._flush()
        return self._teller.state()

    def _place(self, event_type: str) -> int:
        """The number of the type's table: a name would have to be told apart from another in capitals."""
        place = self._places.get(event_type)
        if place is None:
            place = self._places[event_type] = len(self._places) + 1
            self._connection.execute(
                f"CREATE TABLE IF NOT EXISTS event_t{place} (ocel_id TEXT PRIMARY KEY REFERENCES event (ocel_id), "
                f"ocel_time TIMESTAMP NOT NULL{_declared(EVENT_ATTRIBUTES)}) WITHOUT ROWID"
            )
            row = (event_type, f"t{place}")
            self._connection.execute("INSERT OR IGNORE INTO event_map_type VALUES (?, ?)", row)
        return place

    def _add_columns(self) -> None:
        """A column for every fact that was not said before."""
        if len(self._teller.facts) == len(self._facts):
            return
        # Rows have as many values as there were columns when they were made.
        self._flush()
        there = {row[1] for row in self._connection.execute("PRAGMA table_info(object_application)")}
        for name in list(self._teller.facts.values())[len(self._facts) :]:
            if name not in there:
                self._connection.execute(f"ALTER TABLE object_application ADD COLUMN {_quoted(name)} TEXT")
            self._facts.append(name)

    def _flush(self) -> None:
        for table, rows in self._rows.items():
            values = ", ".join("?" * len(rows[0]))
            # Names of tables are our own; INSERT OR IGNORE, because a row that is there is the same row.
            self._connection.executemany(f"INSERT OR IGNORE INTO {table} VALUES ({values})", rows)  # noqa: S608
        self._rows.clear()
        self._connection.commit()
        self._waiting = 0


@contextmanager
def ocel_file(path: Path, state: Mapping[str, Any] | None = None) -> Iterator[OcelFile]:
    """The file at that path, made where it is not there. Raises OSError where it cannot be written."""
    connection = sqlite3.connect(path)
    try:
        # A rollback journal makes it whole again after a crash; it is deleted with every commit.
        connection.execute("PRAGMA journal_mode=TRUNCATE")
        connection.execute("PRAGMA synchronous=NORMAL")
        connection.execute("PRAGMA cache_size=-65536")
        yield OcelFile(connection, state)
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error
    finally:
        connection.close()
        path.with_name(f"{path.name}-journal").unlink(missing_ok=True)


def _places(connection: sqlite3.Connection) -> dict[str, int]:
    """Which type of event lies in which table: the file knows of those behind the last mark, too."""
    rows = connection.execute("SELECT ocel_type, ocel_type_map FROM event_map_type")
    return {name: int(table.removeprefix("t")) for name, table in rows}


def _declared(attributes: tuple[tuple[str, str], ...]) -> str:
    return "".join(f", {_quoted(name)} {_COLUMN_TYPES[kind]}" for name, kind in attributes)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
