"""Books as a program before the seals kept them (migration 0001): one application that was returned with a reason."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from routing.domain.application import Particulars
from routing.domain.audit_chain import GENESIS, Entry, canonical, link, rfc3339
from routing.storage.database import Database
from routing.storage.migration import migrate
from tests.domain.people_of_the_mall import KEY, Walk
from tests.domain.small_routes import disposisi
from tests.domain.test_moves import NI_LUH

REASON = "Denah Bu Zamzami di Gang Kenanga buram"
#: What every ``Walk`` begins with.
WHO = Particulars(name="dr. Putu Lestari", nik="3579014107900001")
_NOT_KNOWN_YET = ("calendar", "clock", "marks")
_ENTRY = tuple(Entry.__dataclass_fields__)


def fill_as_before_the_seals(database: Database) -> None:
    """Makes the tables of migration 0001 in an empty database, and writes the application into them."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr("routing.storage.migration.NEWEST", "0001")
        migrate(database)
    walk = Walk(disposisi(), papers=(), next_desk="struktur").decides(NI_LUH, "return", reason=REASON, requirements=())
    with database.writing() as connection:
        _fill(connection, walk)


def _fill(connection: sa.Connection, walk: Walk) -> None:
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
    entries = _as_they_were(walk.entries)
    kept |= {"facts": {}, "papers": [], "submission_key": None, "chain_head": entries[-1].hash}
    insert("applications", **kept)
    insert("particulars", application_id=application.id, digest_key=KEY, name=WHO.name, nik=WHO.nik, phone="",
           answers={})  # fmt: skip
    for one in entries:
        insert("audit_entries", **{name: getattr(one, name) for name in _ENTRY})
    assert walk.last.note is not None
    insert("notes", application_id=application.id, seq=walk.last.note.seq, text=walk.last.note.text)


def _as_they_were(entries: Sequence[Entry]) -> list[Entry]:
    """The entries of a program that knew neither a calendar nor a promise clock, chained anew."""
    previous, kept = GENESIS, []
    for entry in entries:
        body = canonical({key: one for key, one in json.loads(entry.body).items() if key not in _NOT_KNOWN_YET})
        kept.append(replace(entry, body=body, hash=link(previous, body)))
        previous = kept[-1].hash
    return kept
