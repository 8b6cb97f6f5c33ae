"""Does every application's chain of entries hold, from its first entry to the head the application carries?

And does each entry's row, and what stands beside the log (reasons, who applies, the step it is at, the ledger of its
promise and what is due, marks, notices, a deemed approval), say what the hashed bytes say?
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import particulars_text
from routing.domain.audit_chain import GENESIS, differs_from_body, first_break, keyed_digest, said_in
from routing.domain.move import LEADS_ON
from routing.office import Office
from routing.reading.clock_chains import ClockRows
from routing.reading.mark_chains import told_problems
from routing.reading.paper_chains import paper_problems
from routing.reading.rows_beside import RowsBeside
from routing.storage.tables import (
    application_keys,
    applications,
    attachments,
    audit_entries,
    audit_marks,
    notes,
    notices,
    particulars,
)
from routing.vault.personal_data import ApplicationKey, SealBroken, Vault

_APPLICATIONS = (
    sa.select(
        applications.c.id, applications.c.number, applications.c.entry_count, applications.c.chain_head,
        applications.c.step.label("at_step"), applications.c.outcome, applications.c.applicant_index,
        applications.c.erased_at, particulars.c.sealed.label("applicant"),
        application_keys.c.wrapped, applications.c.calendar, applications.c.promise_due, applications.c.legal_due,
        applications.c.answered_at, applications.c.deemed_at,
    )
    .outerjoin_from(applications, particulars, particulars.c.application_id == applications.c.id)
    .outerjoin(application_keys, application_keys.c.application_id == applications.c.id)
    .order_by(applications.c.id)
)  # fmt: skip
_OF_SERVICE = _APPLICATIONS.where(applications.c.service == sa.bindparam("service"))
_OF_APPLICATION = _APPLICATIONS.where(applications.c.number == sa.bindparam("number"))
_ROWS_AT_ONCE = 2_000
#: The kind of the entry that tells of an erasure.
_DESTROYED = "key-destroyed"
# No text has this digest.
_NO_DIGEST = "-"


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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Beside:
    """What stands beside the log, to be asked for in the order of the applications' ids."""

    notes: RowsBeside
    papers: RowsBeside
    marks: RowsBeside
    notices: RowsBeside
    clocks: ClockRows


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    """What opens what was sealed beside one application's log."""

    vault: Vault
    key: ApplicationKey


def verify_chains(office: Office, *, service: str | None = None, number: str | None = None) -> ChainReport:
    """Recomputes every hash, in memory that does not grow with the log."""
    chains = entries = 0
    breaks: list[ChainBreak] = []
    with (
        office.reading() as connection,
        closing(RowsBeside(connection, audit_entries, ("seq",), service, number)) as log,
        closing(RowsBeside(connection, notes, ("seq",), service, number)) as reasons,
        closing(RowsBeside(connection, attachments, ("no",), service, number)) as papers,
        closing(RowsBeside(connection, audit_marks, ("seq",), service, number)) as marks,
        closing(RowsBeside(connection, notices, ("at",), service, number)) as told,
        closing(ClockRows(office, connection, service, number)) as clocks,
    ):
        beside = _Beside(notes=reasons, papers=papers, marks=marks, notices=told, clocks=clocks)
        for application in _applications(connection, service, number):
            said = log.of(application.id)
            chains, entries = chains + 1, entries + len(said)
            found = _break(application, said, beside, _opened(office, connection, application))
            if found is not None:
                breaks.append(found)
        breaks += map(_ownerless, log.ownerless())
    return ChainReport(chains=chains, entries=entries, breaks=tuple(breaks))


def _applications(connection: Connection, service: str | None, number: str | None) -> Iterator[Any]:
    statement = _OF_APPLICATION if number else _OF_SERVICE if service else _APPLICATIONS
    wanted = {"number": number} if number else {"service": service} if service else {}
    return iter(connection.execution_options(yield_per=_ROWS_AT_ONCE).execute(statement, wanted))


def _opened(office: Office, connection: Connection, application: Any) -> _Opened | None:
    """What opens what stands beside the log; None: the key is gone, or is not the one that was kept."""
    if application.wrapped is None:
        return None
    vault = office.vault(connection)
    try:
        return _Opened(vault=vault, key=vault.unwrap(application.id, bytes(application.wrapped)))
    except SealBroken:
        return None


def _ownerless(entry: Any) -> ChainBreak:
    number = (said_in(bytes(entry.body)) or {}).get("application", f"application {entry.application_id}")
    return ChainBreak(number=str(number), seq=entry.seq, problem="the log tells of an application that is not there")


def _break(application: Any, said: list[Any], beside: _Beside, opened: _Opened | None) -> ChainBreak | None:
    bodies = [said_in(entry.body) for entry in said]
    # Where the chain itself does not hold, comparing with what stands beside it says nothing.
    found = list(_problems(application, said, bodies)) or list(
        _problems_beside(application, said, [body for body in bodies if body is not None], beside, opened)
    )
    return next(
        (
            ChainBreak(number=application.number, seq=seq, problem=problem)
            # Of two at the same entry, the first named is the graver.
            for seq, problem in sorted(found, key=lambda one: one[0])
        ),
        None,
    )


def _problems(application: Any, said: list[Any], bodies: list[dict[str, Any] | None]) -> Iterator[tuple[int, str]]:
    """The first of each kind, as (entry, what is wrong)."""
    broken = first_break((entry.seq, entry.body, entry.hash) for entry in said)
    if broken is not None:
        yield broken, "the entry does not follow from the one before it"
    for entry, body in zip(said, bodies, strict=True):
        column = differs_from_body(entry, application.number, body)
        if column is not None:
            yield entry.seq, f"the row says another {column} than the entry's hashed bytes"
            break
    head = said[-1].hash if said else GENESIS
    # Every application has been submitted, so that one without entries has lost them.
    if not said or len(said) != application.entry_count or head != bytes(application.chain_head):
        problem = f"the log ends at entry {len(said)}, the application counts {application.entry_count}"
        yield len(said) + 1, problem


def _problems_beside(
    application: Any, rows: list[Any], bodies: list[dict[str, Any]], beside: _Beside, opened: _Opened | None
) -> Iterator[tuple[int, str]]:
    """What stands beside the log and differs from what the log says of it."""
    reasons = {note.seq: bytes(note.sealed) for note in beside.notes.of(application.id)}
    yield from _problems_of_the_key(application, bodies, opened, has_reasons=bool(reasons))
    last: Mapping[str, Any] = {}
    attached: list[tuple[int, Mapping[str, Any]]] = []
    for row, body in zip(rows, bodies, strict=True):
        # What stood beside an erased application is gone, and its digests prove nothing to anybody any more.
        kind = row.kind
        if opened is not None and body.get("reason") != _note_digest(opened, row.seq, reasons.get(row.seq)):
            yield row.seq, "the reason kept beside the log is not the one the entry was made with"
        if (
            opened is not None
            and kind == "submitted"
            and body.get("applicant") != _applicant_digest(opened, application)
        ):
            yield row.seq, "who applies is not whom the entry was made with"
        # An opinion among several leads nowhere by itself.
        last = body if kind in LEADS_ON and body.get("to") else last
        attached += [(row.seq, body)] if kind == "attached" else []
    if opened is not None:
        yield from paper_problems(opened.key.digest, beside.papers.of(application.id), attached)
    yield from told_problems(application, beside.marks.of(application.id), beside.notices.of(application.id), bodies)
    yield from ((len(bodies), problem) for problem in beside.clocks.problems(application, bodies))
    if last and last.get("to") != application.at_step:
        yield len(bodies), f"the application stands at {application.at_step}, the log led it to {last.get('to')}"


def _problems_of_the_key(
    application: Any, bodies: list[dict[str, Any]], opened: _Opened | None, *, has_reasons: bool
) -> Iterator[tuple[int, str]]:
    """The key opens what was sealed with it; or the log tells of an erasure, and nothing personal is left."""
    erased_by = next((body["seq"] for body in bodies if body["kind"] == _DESTROYED), None)
    if erased_by is None:
        if application.wrapped is None or application.erased_at is not None:
            yield 1, "its personal data is gone, and the log knows of no erasure"
        elif opened is None:
            yield 1, "its key does not open: it was changed, or wrapped by another master key"
        return
    left = (application.wrapped, application.applicant, application.applicant_index)
    if application.erased_at is None or has_reasons or any(one is not None for one in left):
        yield erased_by, "the log says that its personal data was destroyed, and some of it is there"


def _note_digest(opened: _Opened, seq: int, sealed: bytes | None) -> str | None:
    if sealed is None:
        return None
    try:
        return keyed_digest(opened.key.digest, opened.key.note(seq, sealed))
    except SealBroken:
        return _NO_DIGEST


def _applicant_digest(opened: _Opened, row: Any) -> str | None:
    """Of the particulars; none fits where the index by which the applicant is found is not that of their NIK."""
    index = bytes(row.applicant_index) if row.applicant_index is not None else None
    if row.applicant is None:
        return None if index is None else _NO_DIGEST
    try:
        who = opened.key.particulars(bytes(row.applicant))
    except SealBroken:
        return _NO_DIGEST
    is_found_by_it = index == opened.vault.index_of(who.nik)
    return keyed_digest(opened.key.digest, particulars_text(who)) if is_found_by_it else _NO_DIGEST
