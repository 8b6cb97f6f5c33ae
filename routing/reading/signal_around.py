"""What else was going on? Documents that waited, an applicant's other applications, a granter's desks, earlier marks.

For integrity signals alone. Each question is asked once for a whole piece of the log and finds at most so many rows.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.integrity_signals import Waiting
from routing.domain.marks import Mark
from routing.reading.signal_entries import Candidate, decided_after
from routing.reading.signal_files import Files, OfficeThen, Stay
from routing.storage.tables import applications, assignments, audit_marks, open_dues, people, visits

#: Of the documents that wait at the desks now, so many are compared with; of an applicant's, so many are counted.
_MOST_WAITING, _MOST_OF_APPLICANTS = 1_000, 5_000
#: More of those passed over are not named.
_MOST_PASSED = 20
_NOT_YET = datetime.max.replace(tzinfo=UTC)

_WAITING_NOW = (
    sa.select(open_dues.c.application_id)
    .where(open_dues.c.desk.in_(sa.bindparam("desks", expanding=True)), open_dues.c.still_since.is_(None))
    .order_by(open_dues.c.desk_due)
    .limit(_MOST_WAITING)
)
_OF_APPLICANTS = (
    sa.select(applications.c.id, applications.c.applicant_index)
    .where(applications.c.applicant_index.in_(sa.bindparam("indexes", expanding=True)))
    .order_by(applications.c.id.desc())
    .limit(_MOST_OF_APPLICANTS)
    .subquery("known")
)
_FIRST_DECISIONS = (
    sa.select(_OF_APPLICANTS.c.applicant_index, visits.c.decided_by, sa.func.min(visits.c.closed_at).label("first"))
    .join_from(_OF_APPLICANTS, visits, visits.c.application_id == _OF_APPLICANTS.c.id)
    .where(visits.c.decided_by.in_(sa.bindparam("actors", expanding=True)))
    .group_by(_OF_APPLICANTS.c.id, _OF_APPLICANTS.c.applicant_index, visits.c.decided_by)
)
_HELD = (
    sa.select(people.c.code, assignments.c.desk, assignments.c.since, assignments.c.until)
    .join_from(assignments, people, people.c.id == assignments.c.person_id)
    .where(
        people.c.source == "",
        people.c.code.in_(sa.bindparam("actors", expanding=True)),
        assignments.c.desk.is_not(None),
    )
    .order_by(assignments.c.id)
)
_CLOCK_MARKS = (
    sa.select(audit_marks.c.application_id, audit_marks.c.seq, audit_marks.c.mark)
    .where(
        audit_marks.c.application_id.in_(sa.bindparam("ids", expanding=True)),
        audit_marks.c.mark.in_((Mark.LATE_RETURN.value, Mark.RESTART.value)),
    )
    .order_by(audit_marks.c.application_id, audit_marks.c.seq)
)


class Queues:
    """Documents that waited at the same desks, then: those of the piece, those decided soon after, those still open.

    Of what waited then, what was decided later than that is not seen: the further entries are limited.
    """

    def __init__(self, connection: Connection, then: OfficeThen, files: Files, candidates: Sequence[Candidate]) -> None:
        self._then, self._files = then, files
        desks = {one.desk for one in candidates if one.desk is not None}
        later = decided_after(connection, max(one.place for one in candidates)) if candidates else ()
        ids = {one.application_id for one in later if one.desk in desks}
        ids |= set(connection.execute(_WAITING_NOW, {"desks": sorted(desks)}).scalars()) if desks else set()
        self._others = Files(connection, then, ids - files.applications.keys())
        stays = [stay for some in (files, self._others) for stay in some.stays if stay.desk in desks]
        takings = [taking for one in candidates if (taking := _taking(files, one)) is not None]
        self._passed: dict[tuple[int, int], tuple[Waiting, ...]] = {}
        for desk in desks:
            self._walk_back([one for one in stays if one.desk == desk], [one for one in takings if one[1].desk == desk])

    def waiting(self, taken: Stay) -> tuple[Waiting, ...]:
        """What waited there when this one was taken and was due before it, in the order in which it was due."""
        return self._passed.get((taken.application_id, taken.no), ())

    def _walk_back(self, stays: list[Stay], takings: list[tuple[datetime, Stay]]) -> None:
        """From the last taking to the first. On the way documents come back to the desk: what was decided later."""
        back = sorted(stays, key=_left, reverse=True)
        there: list[Stay] = []
        no = 0
        for at, taken in sorted(takings, key=lambda one: one[0], reverse=True):
            while no < len(back) and _left(back[no]) > at:
                insort(there, back[no], key=_due)
                no += 1
            earlier = (one for one in there[: bisect_left(there, taken.due_at, key=_due)] if self._waited(one, at))
            others = (one for one in earlier if one.application_id != taken.application_id)
            self._passed[taken.application_id, taken.no] = tuple(
                Waiting(number=self._application(one).number, due_at=one.due_at) for one in islice(others, _MOST_PASSED)
            )

    def _waited(self, stay: Stay, at: datetime) -> bool:
        """Whether anybody could have taken it then: it had come, lay there, and it was for the office to act."""
        if stay.arrived_at is None or stay.arrived_at > at or (stay.closed_at is not None and stay.closed_at <= at):
            return False
        if stay.claimed_at is not None and stay.claimed_at <= at:
            return False
        application = self._application(stay)
        # By the version it follows now: a step that is gone from it is not judged.
        step = self._then.workflow(application.workflow).steps.get(stay.step)
        is_ours = step is not None and step.waits_for == "office" and step.automatic is None
        return is_ours and application.imported_case is None

    def _application(self, stay: Stay) -> Any:
        known = self._files.applications.get(stay.application_id)
        return known if known is not None else self._others.applications[stay.application_id]


class Pairs:
    """How often the same officer had the same applicant before them: by keyed indexes, never by names."""

    def __init__(self, connection: Connection, files: Files, candidates: Sequence[Candidate]) -> None:
        known = (files.applications[one.application_id].applicant_index for one in candidates)
        asked = {
            "indexes": sorted({index for index in known if index is not None}),
            "actors": sorted({one.actor for one in candidates}),
        }
        self._first: dict[tuple[bytes, str], list[datetime]] = {}
        for row in connection.execute(_FIRST_DECISIONS, asked) if asked["indexes"] else ():
            self._first.setdefault((bytes(row.applicant_index), row.decided_by), []).append(row.first)
        for some in self._first.values():
            some.sort()

    def count(self, index: bytes | None, officer: str, at: datetime, days: int) -> int:
        """Applications of that applicant on which the officer first decided within so many days, until then."""
        first = self._first.get((index, officer), ()) if index is not None else ()
        return bisect_right(first, at) - bisect_right(first, at - timedelta(days=days))


class Held:
    """At which desks people had a role, and when."""

    def __init__(self, connection: Connection, candidates: Sequence[Candidate]) -> None:
        actors = sorted({one.actor for one in candidates})
        self._rows = connection.execute(_HELD, {"actors": actors}).all() if actors else ()

    def desk_of(self, actor: str, at: datetime, desks: Sequence[str]) -> str | None:
        """The first of these desks at which they had a role at that moment."""
        held = {
            row.desk for row in self._rows
            if row.code == actor and row.since <= at and (row.until is None or at < row.until)
        }  # fmt: skip
        return next((desk for desk in desks if desk in held), None)


class ClockMarks:
    """Which entries of these applications returned late, and which counted a promise anew."""

    def __init__(self, connection: Connection, candidates: Sequence[Candidate]) -> None:
        ids = sorted({one.application_id for one in candidates})
        self._of: Mapping[int, list[tuple[int, str]]] = {one: [] for one in ids}
        for row in connection.execute(_CLOCK_MARKS, {"ids": ids}) if ids else ():
            self._of[row.application_id].append((row.seq, row.mark))

    def is_late_restart(self, entry: Candidate) -> bool:
        """Whether it counts the promise anew after a return in the last third, or after a pause somebody granted."""
        marks = self._of.get(entry.application_id, [])
        if (entry.seq, Mark.RESTART.value) not in marks:
            return False
        before = [mark for seq, mark in marks if seq < entry.seq]
        return entry.kind == "continued" or (bool(before) and before[-1] == Mark.LATE_RETURN.value)


def _taking(files: Files, entry: Candidate) -> tuple[datetime, Stay] | None:
    """When the document was taken that this entry tells of, and the visit."""
    visit = next((one for one in files.visits(entry.application_id) if one.no == entry.said.get("visit")), None)
    return (visit.claimed_at or entry.at, visit) if visit is not None else None


def _left(stay: Stay) -> datetime:
    return stay.closed_at or _NOT_YET


def _due(stay: Stay) -> datetime:
    return stay.due_at
