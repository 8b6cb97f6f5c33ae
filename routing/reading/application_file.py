"""What do we know of one application? For the staff: as it stands, where it lies, who applies, what can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.desks import Label
from routing.domain.errors import UnknownApplication
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import ORIGIN, DecisionRule, Outcome, Workflow
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.tables import applications
from routing.storage.transaction import Transaction

_FIELDS = tuple(applications.c[name] for name in Application.__dataclass_fields__)
_BY_NUMBER = sa.select(*_FIELDS).where(applications.c.number == sa.bindparam("number"))
_NUMBER_OF_CODE = sa.select(applications.c.number).where(applications.c.tracking_code == sa.bindparam("code"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PossibleDecision:
    """Something that can be said at a visit, and where it leads."""

    code: str
    rule: DecisionRule
    target: str
    target_label: Label
    #: the desks it could go to then; none: it ends
    desks: tuple[str, ...]
    #: it goes to all of them
    to_all: bool = False

    @property
    def asks_for_desk(self) -> bool:
        """Whether whoever decides names the next desk."""
        return len(self.desks) > 1 and not self.to_all


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationFile:
    """One application, as the staff see it."""

    application: Application
    book: RuleBook = field(repr=False)
    open_visits: tuple[Visit, ...]
    #: names of who holds the document, by account code
    names: Mapping[str, str]

    @property
    def workflow(self) -> Workflow:
        """The version it started under."""
        return self.book.workflow

    @property
    def desks(self) -> tuple[str, ...]:
        """Where it lies, or is on its way to."""
        return tuple(visit.desk for visit in self.open_visits)

    @property
    def can_be_withdrawn(self) -> bool:
        """Whether the applicant may still take it back."""
        return self.application.is_open and self.book.lead_withdrawn(self.application.step) is not None

    def possible(self, visit: Visit) -> tuple[PossibleDecision, ...]:
        """What can be said at this visit, in the order the office wrote it."""
        return decisions_at(self.book, visit.step, visit)


def decisions_at(book: RuleBook, step: str, visit: Visit | None = None) -> tuple[PossibleDecision, ...]:
    """What can be said at a step (at this visit), and where each leads."""
    origin, desk = (visit.origin_step, visit.desk) if visit is not None else (None, None)
    return tuple(
        _decision(book.workflow, code, book.lead(step, code, origin), step, visit)
        for code in book.possible(step, origin, desk)
    )


def _decision(workflow: Workflow, code: str, target: str | None, step: str, visit: Visit | None) -> PossibleDecision:
    rule = workflow.steps[step].decisions[code]
    goal = target or rule.to
    desks = workflow.steps[goal].desks if goal in workflow.steps else ()
    if rule.to == ORIGIN and visit is not None and visit.origin_desk is not None:
        desks = (visit.origin_desk,)
    to_all = rule.to != ORIGIN and goal in workflow.steps and workflow.steps[goal].join is not None
    label = workflow.label_of(goal)
    return PossibleDecision(code=code, rule=rule, target=goal, target_label=label, desks=desks, to_all=to_all)


def application_file(office: Office, number: str) -> ApplicationFile:
    """The application with this number. Raises UnknownApplication."""
    with office.reading() as connection:
        row = connection.execute(_BY_NUMBER, {"number": number}).first()
        if row is None:
            raise UnknownApplication(number=number)
        open_visits = tuple(Transaction(connection).open_visits(row.id))
        names = names_of(connection, (visit.holder for visit in open_visits))
    application = _application(row)
    return ApplicationFile(
        application=application,
        book=office.rule_book(application.workflow),
        open_visits=open_visits,
        names=names,
    )


def number_with_code(connection: Connection, tracking_code: str) -> str | None:
    """The number of the application with this tracking code."""
    return connection.execute(_NUMBER_OF_CODE, {"code": tracking_code}).scalar()


def _application(row: sa.Row[*tuple[Any, ...]]) -> Application:
    said = dict(row._mapping)  # noqa: SLF001 - as above
    said["outcome"] = Outcome(row.outcome) if row.outcome is not None else None
    said["papers"] = tuple(row.papers)
    said["chain_head"] = bytes(row.chain_head)
    said["applicant_index"] = bytes(row.applicant_index) if row.applicant_index is not None else None
    return Application(**said)
