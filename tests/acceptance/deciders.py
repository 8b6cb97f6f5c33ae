"""A worker process that decides: takes whatever lies at any desk of the permit and says something possible there.

``python -m tests.acceptance.deciders DATABASE_URL KEY_FILE FINISH_FILE carry|leave SEED``: until FINISH_FILE is there
it ends no application; from then on it ends all of them, and itself when none is open. ``carry``: hand-offs, too.
"""

from __future__ import annotations

import random
import sys
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from pydantic import SecretStr

from routing.actions.decide import decide
from routing.actions.deliver import deliver
from routing.actions.ring import collect_rings
from routing.domain.decision import Decision
from routing.domain.errors import Refusal
from routing.office import Office
from routing.settings import Settings
from routing.storage.tables import applications, visits

#: The step whose decision ends an application.
LAST_STEP = "report"
_HERE = (
    sa.select(applications.c.number, applications.c.workflow, visits.c.no, visits.c.step, visits.c.desk,
              visits.c.origin_step, visits.c.arrived_at)
    .join_from(visits, applications, applications.c.id == visits.c.application_id)
    .where(visits.c.closed_at.is_(None))
)  # fmt: skip


class Decider:
    """One such process."""

    def __init__(self, office: Office, seed: int) -> None:
        self._office = office
        self._people: dict[str, int] = {}
        self._chance = random.Random(seed)
        self.said = 0

    def goes_on(self, *, to_the_end: bool) -> bool:
        """Decides at some of the visits there are; False: nothing is open any more."""
        with self._office.reading() as connection:
            here = connection.execute(_HERE).all()
        arrived = [visit for visit in here if visit.arrived_at is not None and (to_the_end or visit.step != LAST_STEP)]
        for visit in self._chance.sample(arrived, k=min(8, len(arrived))):
            self._decides(visit)
        return bool(here)

    def carries(self) -> None:
        """What relay and workers do."""
        for message in collect_rings(self._office):
            deliver(self._office, message.hand_offs)

    def _decides(self, visit: Any) -> None:
        book = self._office.rule_book(visit.workflow)
        possible = book.possible(visit.step, visit.origin_step, visit.desk)
        person = self._person(book.workflow.steps[visit.step].roles[0])
        # One in five comes back to the applicant.
        said = "return" if "return" in possible and self._chance.random() < 0.2 else None
        said = said or self._chance.choice([one for one in possible if one != "return"])
        try:
            decide(self._office, visit.number, Decision(decision=said, visit=visit.no), person_id=person)
            self.said += 1
        except Refusal:
            # Another process was faster, or the application has gone over: it is looked at again.
            pass

    def _person(self, role: str) -> int:
        if role not in self._people:
            with self._office.transaction() as tx:
                self._people[role] = tx.people.account(f"decider-{role}").id
        return self._people[role]


def main(url: str, key_file: str, finish: str, how: str, seed: str) -> None:
    """Runs until everything has ended."""
    office = Office(Settings(database_url=SecretStr(url), master_key_file=Path(key_file)))
    decider = Decider(office, int(seed))
    print("deciding", flush=True)
    while True:
        to_the_end = Path(finish).exists()
        is_open = decider.goes_on(to_the_end=to_the_end)
        if how == "carry":
            decider.carries()
        if to_the_end and not is_open:
            break
    office.close()
    print(f"decided {decider.said}", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
