"""Does every application's chain of entries hold, from its first entry to the head the application carries?

And does each entry's row, and what stands beside the log (reasons, who applies, the step it is at), say what the
hashed bytes say?
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Particulars, particulars_text
from routing.domain.audit_chain import GENESIS, Entry, differs_from_body, first_break, keyed_digest
from routing.office import Office
from routing.reading.paper_chains import PaperRows, paper_problems
from routing.storage.tables import applications, audit_entries, notes, particulars

_ENTRIES = (
    sa.select(
        applications.c.id, applications.c.number, applications.c.entry_count, applications.c.chain_head,
        applications.c.step.label("at_step"), applications.c.outcome, notes.c.text.label("note"),
        particulars.c.digest_key, particulars.c.name, particulars.c.nik, particulars.c.phone, particulars.c.answers,
        *(audit_entries.c[name] for name in Entry.__dataclass_fields__),
    )
    .outerjoin_from(applications, audit_entries, audit_entries.c.application_id == applications.c.id)
    .outerjoin(particulars, particulars.c.application_id == applications.c.id)
    .outerjoin(notes, (notes.c.application_id == audit_entries.c.application_id) & (notes.c.seq == audit_entries.c.seq))
    .order_by(applications.c.id, audit_entries.c.seq)
)  # fmt: skip
_OF_SERVICE = _ENTRIES.where(applications.c.service == sa.bindparam("service"))
_OF_APPLICATION = _ENTRIES.where(applications.c.number == sa.bindparam("number"))
_ROWS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainBreak:
    """Where a chain does not hold."""

    number: str
    #: the first entry that does not follow from the ones before it, or whose row was changed
    seq: int
    problem: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainReport:
    """What was gone through, and what was found."""

    chains: int
    entries: int
    breaks: tuple[ChainBreak, ...]


def verify_chains(office: Office, *, service: str | None = None, number: str | None = None) -> ChainReport:
    """Recomputes every hash, in memory that does not grow with the log."""
    chains = entries = 0
    breaks: list[ChainBreak] = []
    with office.reading() as connection, closing(PaperRows(connection, service, number)) as papers:
        for rows in _by_application(connection, service, number):
            chains += 1
            said = [_entry(row) for row in rows if row.seq is not None]
            entries += len(said)
            found = _break(rows, said, papers.of(rows[0].id))
            if found is not None:
                breaks.append(found)
    return ChainReport(chains=chains, entries=entries, breaks=tuple(breaks))


def _by_application(connection: Connection, service: str | None, number: str | None) -> Iterator[list[Any]]:
    statement = _OF_APPLICATION if number else _OF_SERVICE if service else _ENTRIES
    wanted = {"number": number} if number else {"service": service} if service else {}
    streamed = connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement, wanted)
    for _, rows in groupby(streamed, key=lambda row: row.id):
        yield list(rows)


def _entry(row: Any) -> Entry:
    columns = {name: getattr(row, name) for name in Entry.__dataclass_fields__}
    return Entry(**columns | {"body": bytes(row.body), "hash": bytes(row.hash)})


def _break(rows: list[Any], said: list[Entry], papers: list[Any]) -> ChainBreak | None:
    # Where the chain itself does not hold, comparing with what stands beside it says nothing.
    found = list(_problems(rows[0], said)) or list(_problems_beside(rows, said, papers))
    return next(
        (
            ChainBreak(number=rows[0].number, seq=seq, problem=problem)
            # Of two at the same entry, the first named is the graver.
            for seq, problem in sorted(found, key=lambda one: one[0])
        ),
        None,
    )


def _problems(application: Any, said: list[Entry]) -> Iterator[tuple[int, str]]:
    """The first of each kind, as (entry, what is wrong)."""
    broken = first_break((entry.seq, entry.body, entry.hash) for entry in said)
    if broken is not None:
        yield broken, "the entry does not follow from the one before it"
    for entry in said:
        column = differs_from_body(entry, application.number)
        if column is not None:
            yield entry.seq, f"the row says another {column} than the entry's hashed bytes"
            break
    head = said[-1].hash if said else GENESIS
    # Every application has been submitted, so that one without entries has lost them.
    if not said or len(said) != application.entry_count or head != bytes(application.chain_head):
        problem = f"the log ends at entry {len(said)}, the application counts {application.entry_count}"
        yield len(said) + 1, problem


def _problems_beside(rows: list[Any], said: list[Entry], papers: list[Any]) -> Iterator[tuple[int, str]]:
    """What stands beside the log and differs from what the log says of it."""
    last: Mapping[str, Any] = {}
    attached: list[tuple[int, Mapping[str, Any]]] = []
    for row, entry in zip(rows, said, strict=False):
        try:
            body = json.loads(entry.body)
        except ValueError:
            continue
        if not isinstance(body, dict):
            continue
        key = bytes(row.digest_key) if row.digest_key is not None else b""
        if body.get("reason") != (keyed_digest(key, row.note) if row.note is not None else None):
            yield entry.seq, "the reason kept beside the log is not the one the entry was made with"
        if entry.kind == "submitted" and body.get("applicant") != _applicant_digest(key, row):
            yield entry.seq, "who applies is not whom the entry was made with"
        # An opinion among several leads nowhere by itself.
        last = body if entry.kind in ("decided", "withdrawn") and body.get("to") else last
        attached += [(entry.seq, body)] if entry.kind == "attached" else []
    yield from paper_problems(bytes(rows[0].digest_key or b""), papers, attached)
    if last and last.get("to") != rows[0].at_step:
        yield len(said), f"the application stands at {rows[0].at_step}, the log led it to {last.get('to')}"


def _applicant_digest(key: bytes, row: Any) -> str | None:
    if row.name is None:
        return None
    who = Particulars(name=row.name, nik=row.nik, phone=row.phone, answers=row.answers)
    return keyed_digest(key, particulars_text(who))
