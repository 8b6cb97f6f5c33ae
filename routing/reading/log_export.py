"""The log as it leaves the office: application by application, each with its entries in the order of its chain.

So many applications are read at once, and their entries by the range of their ids: the memory does not grow with the
log, and whoever was interrupted goes on behind the last application that was told.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from pydantic_core import from_json
from sqlalchemy.engine import Connection

from routing.domain.desks import Label
from routing.domain.open_minutes import OpenMinutes
from routing.domain.working_calendar import WorkingCalendar
from routing.formats.exported_log import (
    ExportedApplication,
    ExportedEntry,
    ExportedPaper,
    ExportedVisit,
    is_program,
)
from routing.office import Office
from routing.reading.versions_then import has_migrations
from routing.storage.tables import applications, attachments, audit_entries, desks, roles, visits
from routing.storage.transaction import Transaction

#: Kinds of entries that are somebody's decision: one event each in an event log.
DECISIONS = ("decided", "withdrawn")

_APPLICATIONS_AT_ONCE = 500
_APPLICATIONS = (
    sa.select(
        applications.c.id, applications.c.number, applications.c.service, applications.c.workflow,
        applications.c.imported_case, applications.c.facts, applications.c.channel, applications.c.outcome,
        applications.c.submitted_at, applications.c.changed_at, applications.c.calendar,
    )
    .where(applications.c.id > sa.bindparam("after"))
    .order_by(applications.c.id)
)  # fmt: skip
_ENTRIES = sa.select(
    audit_entries.c.application_id, audit_entries.c.seq, audit_entries.c.at, audit_entries.c.kind,
    audit_entries.c.desk, audit_entries.c.actor, audit_entries.c.body, audit_entries.c.hash,
)  # fmt: skip
_VISITS = sa.select(
    visits.c.application_id, visits.c.no, visits.c.arrived_at, visits.c.step, visits.c.desk, visits.c.sent_at,
    visits.c.closed_at, visits.c.decision,
)  # fmt: skip
#: Of a visit whose rest is not wanted: enough to count from.
_ARRIVALS = sa.select(visits.c.application_id, visits.c.no, visits.c.arrived_at)
_PAPERS = sa.select(
    attachments.c.application_id, attachments.c.no, attachments.c.requirement, attachments.c.media_type,
    attachments.c.bytes,
)  # fmt: skip
_MIGRATED = sa.select(audit_entries.c.application_id, audit_entries.c.seq, audit_entries.c.body).where(
    audit_entries.c.kind == "migrated"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportWanted:
    """Which entries, and how their people are named."""

    #: None: every service
    service: str | None = None
    #: also submissions, arrivals, claims, recalls
    everything: bool = False
    #: also visits and documents, as things of their own
    things: bool = False
    #: nothing later, so that an export that is continued tells of one moment
    until: datetime | None = None
    #: the pseudonym of an account's code; None: the code itself
    pseudonym: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExportSize:
    """What there is to tell of."""

    entries: int
    #: the time of the last of them; None: there is none
    newest: datetime | None


def size_of_export(office: Office, wanted: ExportWanted) -> ExportSize:
    """How many entries there are to tell of, and until when."""
    told = sa.select(sa.func.count(), sa.func.max(audit_entries.c.at)).select_from(audit_entries)
    statement = _chosen(told, wanted)
    if wanted.service is not None:
        statement = statement.join(applications, applications.c.id == audit_entries.c.application_id).where(
            applications.c.service == wanted.service
        )
    with office.reading() as connection:
        entries, newest = connection.execute(statement).one()
    return ExportSize(entries=entries, newest=newest)


def exported_applications(office: Office, wanted: ExportWanted, *, after: int = 0) -> Iterator[ExportedApplication]:
    """Those that have such an entry, in the order of their ids, from behind ``after`` on. Memory does not grow."""
    with office.reading() as connection:
        chapter = _Export(office, connection, wanted)
        while True:
            rows = connection.execute(chapter.next_applications, {"after": after}).all()
            if not rows:
                return
            yield from chapter.told(rows)
            after = rows[-1].id


class _Export:
    """What is the same for all applications of an export, looked up once."""

    def __init__(self, office: Office, connection: Connection, wanted: ExportWanted) -> None:
        self._office, self._connection, self._wanted = office, connection, wanted
        self._desk_names = _names(connection, desks)
        self._role_names = _names(connection, roles)
        self._has_migrations = has_migrations(connection)
        self._labels: dict[str, dict[str, str]] = {}
        self._times: dict[tuple[str | None, str | None], _WorkingTime] = {}
        self._actors: dict[str, str] = {}
        self.next_applications = _APPLICATIONS.limit(_APPLICATIONS_AT_ONCE)
        if wanted.service is not None:
            self.next_applications = self.next_applications.where(applications.c.service == wanted.service)

    def told(self, rows: Sequence[Any]) -> Iterator[ExportedApplication]:
        """These applications, but for those of which nothing is asked."""
        entries = self._of(rows, _chosen(_ENTRIES, self._wanted), audit_entries, audit_entries.c.seq)
        things = self._wanted.things
        at_desks = self._of(rows, _VISITS if things else _ARRIVALS, visits, visits.c.no)
        papers = self._of(rows, _PAPERS, attachments, attachments.c.no) if things else {}
        gone_over = self._of(rows, _MIGRATED, audit_entries, audit_entries.c.seq) if self._has_migrations else {}
        for row in rows:
            if row.id in entries:
                said = self._entries(row, entries[row.id], at_desks.get(row.id, ()), gone_over.get(row.id, ()))
                yield self._application(row, said, at_desks.get(row.id, ()), papers.get(row.id, ()))

    def _of(
        self, rows: Sequence[Any], statement: sa.Select[*tuple[Any, ...]], table: sa.Table, order: sa.Column[Any]
    ) -> Mapping[int, list[Any]]:
        """What else there is of these applications."""
        owner = table.c.application_id
        statement = statement.where(owner.between(sa.bindparam("first"), sa.bindparam("last"))).order_by(owner, order)
        if self._wanted.service is not None:
            # Between two applications of one service lie those of all the others.
            mine = sa.select(applications.c.id).where(applications.c.service == self._wanted.service)
            statement = statement.where(owner.in_(mine))
        found: dict[int, list[Any]] = defaultdict(list)
        # All at once: row by row the driver is asked for each, which takes as long as all else that is done with it.
        for row in self._connection.execute(statement, {"first": rows[0].id, "last": rows[-1].id}).all():
            found[row[0]].append(row)
        return found

    def _application(
        self, row: Any, entries: tuple[ExportedEntry, ...], at_desks: Any, papers: Any
    ) -> ExportedApplication:
        minutes = working_days = None
        if row.outcome is not None:
            minutes, working_days = self._time(row.calendar, None).between(row.submitted_at, row.changed_at)
        return ExportedApplication(
            id=row.id,
            number=row.number,
            service=row.service,
            imported_case=row.imported_case,
            channel=row.channel,
            outcome=row.outcome,
            submitted_at=row.submitted_at,
            facts=row.facts,
            minutes=minutes,
            working_days=working_days,
            entries=entries,
            visits=tuple(
                ExportedVisit(
                    no, step, desk, self._desk_names.get(desk, desk), sent_at, arrived_at, closed_at, decision
                )
                for _, no, arrived_at, step, desk, sent_at, closed_at, decision in at_desks
            )
            if self._wanted.things
            else (),
            papers=tuple(ExportedPaper(*paper[1:]) for paper in papers),
        )

    def _entries(self, row: Any, rows: Any, at_desks: Any, gone_over: Any) -> tuple[ExportedEntry, ...]:
        """In one loop, because all of this is done for every entry of the log."""
        arrived = {visit[1]: visit[2] for visit in at_desks}
        has_names, desk_names = self._wanted.pseudonym is None, self._desk_names
        role_names = self._role_names if row.imported_case is not None else {}
        labels = self._labels_of(row.workflow)
        told: list[ExportedEntry] = []
        for _, seq, at, kind, desk, actor, body, link in rows:
            said = from_json(body)
            step, role, visit, sent = said.get("step"), said.get("role"), said.get("visit"), said.get("sent")
            if gone_over:
                labels = self._labels_of(_version_then(row.workflow, seq, gone_over))
            minutes = working_days = None
            since = arrived.get(visit) if kind == "decided" else None
            if since is not None:
                minutes, working_days = self._time(row.calendar, desk).between(since, at)
            told.append(ExportedEntry(
                seq, at, kind, actor if has_names else self._actor(actor), role_names.get(role, role), desk,
                desk_names.get(desk, desk), step, labels.get(step, kind), said.get("decision"), said.get("to"), visit,
                tuple([one["visit"] for one in sent]) if sent else (), said.get("attachment"), minutes, working_days,
                said if has_names else None, body if has_names else None, link if has_names else None,
            ))  # fmt: skip
        return tuple(told)

    def _labels_of(self, workflow: str) -> dict[str, str]:
        found = self._labels.get(workflow)
        if found is None:
            steps = self._office.rule_book(workflow, Transaction(self._connection)).workflow.steps
            found = self._labels[workflow] = {code: step.label.id for code, step in steps.items()}
        return found

    def _time(self, calendar: str | None, counter: str | None) -> _WorkingTime:
        found = self._times.get((calendar, counter))
        if found is None:
            version = self._office.calendar(calendar, Transaction(self._connection))
            # Few counters have hours of their own; all others share one sum.
            is_special = counter in version.counters
            found = _WorkingTime(version, counter) if is_special or counter is None else self._time(calendar, None)
            self._times[calendar, counter] = found
        return found

    def _actor(self, code: str) -> str:
        found = self._actors.get(code)
        if found is None:
            pseudonym = self._wanted.pseudonym
            found = code if pseudonym is None or is_program(code) else pseudonym(code)
            self._actors[code] = found
        return found


class _WorkingTime:
    """How the open time of a version of the calendar is counted, at a desk or anywhere."""

    def __init__(self, calendar: WorkingCalendar, counter: str | None) -> None:
        self._calendar = calendar
        self._minutes = OpenMinutes(calendar, counter)

    def between(self, start: datetime, end: datetime) -> tuple[int, int]:
        """Open minutes; and how many working days one date lies behind the other: on the day it arrived, none."""
        if end <= start:
            return 0, 0
        calendar = self._calendar
        begun, ended = calendar.local(start), calendar.local(end)
        first, last = begun.date(), ended.date()
        days = calendar.working.number_of(last) - calendar.working.number_of(first) if last > first else 0
        return self._minutes.between_local(begun, ended), days


def _chosen(statement: sa.Select[*tuple[Any, ...]], wanted: ExportWanted) -> sa.Select[*tuple[Any, ...]]:
    if not wanted.everything:
        statement = statement.where(audit_entries.c.kind.in_(DECISIONS))
    if wanted.until is not None:
        statement = statement.where(audit_entries.c.at <= wanted.until)
    return statement


def _version_then(workflow: str, seq: int, gone_over: Any) -> str:
    """The version an entry was written under: it may have gone over to another since."""
    later = next((one for one in gone_over if one.seq > seq), None)
    return str(json.loads(later.body)["workflow_before"]) if later is not None else workflow


def _names(connection: Connection, table: sa.Table) -> dict[str, str]:
    rows = connection.execute(sa.select(table.c.code, table.c.label))
    return {row.code: Label.model_validate(row.label).id for row in rows}
