"""Where scenarios are played: a real office whose clock is ours, with somebody for every role.

Nothing here is a stand-in: the database, the actions and the rules are the office's own. Only two things are done by
hand that a mall does by itself: the clock is moved, and documents are carried to the next desk at once.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from pydantic import SecretStr

from routing.actions.deliver import deliver
from routing.actions.publish import publish, publish_office
from routing.catalogue.office_files import OfficePlan
from routing.domain.move import Move
from routing.domain.people import Assignment
from routing.domain.visits import Visit
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.settings import IN_PROCESS_BROKER, Settings
from routing.storage.migration import migrate

#: Since when everybody has held their roles.
_HIRED = datetime(2000, 1, 1, tzinfo=UTC)
_A_MILLISECOND = timedelta(milliseconds=1)
#: A folder in memory, where the machine has one: what is played there need not outlive the command, and every commit
#: would wait for the disk four times as long as for everything else.
_IN_MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of its own is made in there


class Clock(Protocol):
    """A clock that stands still until it is moved."""

    now: datetime


class StageClock:
    """The clock of a stage of its own."""

    def __init__(self) -> None:
        self.now = _HIRED

    def __call__(self) -> datetime:
        """The moment it shows."""
        return self.now


class Stage:
    """An office to play in. What happens in it is seen by ``taken``."""

    def __init__(self, office: Office, clock: Clock, plan: OfficePlan) -> None:
        """``clock``: the office's own."""
        self.office = office
        self.clock = clock
        self.roles = frozenset(plan.role_by_code)
        self._ids: dict[str, int] = {}
        self._held: set[tuple[str, str, str]] = set()
        self._moves: list[Move] = []
        self._registered = 0
        #: the version in force of each service
        self._on: dict[str, str] = {}
        publish_office(office, plan.units, plan.desks, plan.roles)
        office.watchers.append(self._moves.extend)

    def begins(self, at: datetime) -> None:
        """The clock shows that moment, and as many milliseconds more as applications were registered here before.

        An application's id is made of the millisecond and of chance; too many of one millisecond would meet.
        """
        self.clock.now = at + self._registered * _A_MILLISECOND

    def has_registered(self) -> None:
        """A new application is there."""
        self._registered += 1
        self.clock.now += _A_MILLISECOND

    def puts_on(self, workflow: Workflow) -> None:
        """The route is in force from now on."""
        if self._on.get(workflow.service) != workflow.content_hash:
            publish(self.office, workflow, by="scenarios")
            self._on[workflow.service] = workflow.content_hash

    def person(self, name: str, *, role: str, desk: str) -> int:
        """The account of somebody who may act there: a role's own, who holds that one alone, or anybody else's."""
        held = (name, name if name in self.roles else role, desk)
        if held not in self._held:
            with self.office.transaction() as tx:
                if name not in self._ids:
                    known = tx.people.with_code(name)
                    self._ids[name] = (
                        known.id if known else tx.people.insert(code=name, name=name, source=None, at=_HIRED)
                    )
                tx.people.assign(self._ids[name], [Assignment(role=held[1], desk=desk, since=_HIRED)])
            self._held.add(held)
        return self._ids[name]

    def carries(self, visits: Sequence[Visit]) -> None:
        """These documents arrive."""
        on_their_way = [(visit.application_id, visit.no) for visit in visits if not visit.has_arrived]
        if on_their_way:
            deliver(self.office, on_their_way)

    def taken(self) -> list[Move]:
        """The moves since it was asked last."""
        moves = list(self._moves)
        self._moves.clear()
        return moves

    def leaves(self) -> None:
        """The office is watched no more."""
        self.office.watchers.remove(self._moves.extend)


@contextmanager
def throwaway_stage(plan: OfficePlan, settings: Settings) -> Iterator[Stage]:
    """A stage on a new SQLite database; nothing of it is left afterwards. ``settings``: the office's, for its zone."""
    folder = _IN_MEMORY if os.access(_IN_MEMORY, os.W_OK | os.X_OK) else None
    with tempfile.TemporaryDirectory(prefix="satuatap-stage-", dir=folder) as here:
        own = {"data": Path(here), "database_url": None, "broker_url": SecretStr(IN_PROCESS_BROKER)}
        clock = StageClock()
        office = Office(settings.model_copy(update=own | {"papers": None, "master_key_file": None}), clock=clock)
        try:
            migrate(office.database)
            office.set_up_vault()
            office.set_up_calendar()
            yield Stage(office, clock, plan)
        finally:
            office.close()
