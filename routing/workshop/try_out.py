"""Tries a new version of a route out on everything the office has: its open applications, and its past.

Nothing is written. What would be otherwise is told, so that it is known before the version is published.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.past_walks import past_walks
from routing.workshop.open_cases import OpenCase, open_case
from routing.workshop.past_cases import Difference, differences, judged

#: So many of each are listed; all of them are counted.
MOST_LISTED = 10_000


@dataclass(kw_only=True)
class TryOut:
    """What would be otherwise under the new version."""

    service: str
    #: the version that was tried
    version: str
    #: open applications, those for which something would change, and those without a place in it
    open_applications: int = 0
    changed: int = 0
    without_place: int = 0
    #: applications, finished and open, and the moves of their past
    applications: int = 0
    moves: int = 0
    #: moves that would differ, by kind
    differing: Counter[str] = field(default_factory=Counter)
    cases: list[OpenCase] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)

    def as_json(self) -> Mapping[str, Any]:
        """The same as JSON values."""
        said = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return said | {
            "differing": dict(self.differing),
            "cases": [asdict(case) for case in self.cases],
            "differences": [asdict(one) | {"at": one.at.isoformat()} for one in self.differences],
        }


def try_out(office: Office, workflow: Workflow) -> TryOut:
    """The new version of the service, held against every application of it, whatever version that goes by."""
    new = RuleBook(workflow, office.calendar())
    report = TryOut(service=workflow.service, version=workflow.content_hash)
    for walk in past_walks(office, workflow.service):
        old = office.rule_book(walk.application.workflow)
        report.applications += 1
        if walk.application.is_open:
            _note(report, open_case(old, new, walk.application, walk.open_visits))
        report.moves += sum(judged(entry) for entry in walk.entries)
        for one in differences(walk, new, office.rule_book):
            report.differing[one.kind] += 1
            if len(report.differences) < MOST_LISTED:
                report.differences.append(one)
    return report


def _note(report: TryOut, case: OpenCase) -> None:
    report.open_applications += 1
    report.changed += case.is_changed
    report.without_place += bool(case.no_place)
    if case.is_changed and len(report.cases) < MOST_LISTED:
        report.cases.append(case)
