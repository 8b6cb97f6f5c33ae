"""How an application stands in a scenario and at its end: where it lies, what is possible, what is charged."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from routing.domain.application import Application
from routing.domain.errors import Refusal
from routing.domain.facts import guard_facts
from routing.domain.fees import charges
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.workshop.scenario_language import Expected


@dataclass(slots=True, kw_only=True)
class Standing:
    """An application and all its visits so far."""

    application: Application
    #: the rules it goes by
    book: RuleBook
    visits: dict[int, Visit] = field(default_factory=dict)

    @property
    def open_visits(self) -> list[Visit]:
        """Where it lies or is on its way to."""
        return [visit for visit in self.visits.values() if visit.is_open]

    @property
    def words(self) -> str:
        """The same in words."""
        if not self.application.is_open:
            return f"it has ended at {self.application.step}"
        return f"it is at {', '.join(f'{visit.step} ({visit.desk})' for visit in self.open_visits)}"

    @property
    def possible(self) -> str:
        """What can be decided, visit by visit."""
        found = []
        for visit in self.open_visits:
            decisions = ", ".join(self.book.possible(visit.step, visit.origin_step, visit.desk, self._facts))
            found.append(f"at {visit.step} ({visit.desk}): {decisions or 'nothing'}")
        return "; ".join(found) or "nothing"

    @property
    def charged(self) -> str:
        """What is charged, in rupiah; why it cannot be told, where it cannot."""
        try:
            return str(sum(one.amount for one in charges(self.book.workflow.fees, self._facts)))
        except Refusal as refusal:
            return str(refusal)

    @property
    def _facts(self) -> dict[str, Any]:
        return guard_facts(self.book.workflow, self.application)


def differences(then: Expected, standing: Standing | None) -> Iterator[tuple[str, str, str]]:
    """What is otherwise at the end than was said: the key that says it, what it says, how it is."""
    if standing is None:
        if then.step is not None or then.end is not None:
            yield "end" if then.end else "step", "an application", "nothing has been registered"
        return
    step = standing.application.step
    if then.end is not None and step != then.end:
        yield "end", f"that it has ended at {then.end}", standing.words
    if then.step is not None and step != then.step:
        yield "step", f"that it is at {then.step}", standing.words
    yield from _other_desks(then, standing)
    if then.fees is not None and standing.charged != str(then.fees):
        yield "fees", f"that {then.fees} rupiah are charged", f"charged: {standing.charged}"
    been_at = {visit.step for visit in standing.visits.values()}
    for code in then.skipped:
        if code in been_at:
            yield "skipped", f"that it is never at {code}", "it has been there"


def _other_desks(then: Expected, standing: Standing) -> Iterator[tuple[str, str, str]]:
    lies_at = sorted(visit.desk for visit in standing.open_visits)
    if then.desks is not None and lies_at != sorted(then.desks):
        expected = f"that it lies at {', '.join(sorted(then.desks)) or 'no desk'}"
        yield "desks", expected, f"it lies at {', '.join(lies_at) or 'no desk'}"
