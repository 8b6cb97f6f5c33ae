"""What do we know of one application? For the staff: as it stands, where it lies, who applies, what can be said."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Application
from routing.domain.conditions import ConditionNotMet, require_condition
from routing.domain.desks import Label
from routing.domain.errors import UnknownApplication
from routing.domain.facts import guard_facts
from routing.domain.ledger import Interval, granted_pause
from routing.domain.next_step import desk_by_rule, desks_asked, way_on
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
    #: the desks it could go to then; none: it ends, or rules will choose among them
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
    #: the pause that somebody granted and that lasts
    paused: Interval | None = None

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
        """What can be said at this visit, as the facts are, in the order the office wrote it."""
        return tuple(
            _at_the_visit(self.workflow, self.application, visit, code)
            for code in self.book.possible(visit.step, visit.origin_step, visit.desk, self._facts)
        )

    def unmet(self, visit: Visit) -> dict[str, ConditionNotMet]:
        """Why others cannot be said at this visit: a sentence for each decision whose condition does not hold."""
        found = {}
        for code, rule in self.workflow.steps[visit.step].decisions.items():
            try:
                require_condition(rule, self._facts)
            except ConditionNotMet as no:
                found[code] = no
        return found

    @property
    def _facts(self) -> Mapping[str, Any] | None:
        return guard_facts(self.workflow, self.application) if self.workflow.has_conditions else None


def decisions_at(book: RuleBook, step: str) -> tuple[PossibleDecision, ...]:
    """What can be said at a step, and where each leads unless a condition says otherwise.

    Where the next step's rules choose among its desks, none is offered: nothing is known yet that they could go by.
    """
    workflow, rules = book.workflow, book.workflow.steps[step].decisions
    leads = ((code, book.lead(step, code) or rules[code].to) for code in book.possible(step))
    return tuple(
        _decision(
            workflow, code, rules[code], goal, () if goal in workflow.steps and workflow.steps[goal].desk_by else None
        )
        for code, goal in leads
    )


def _at_the_visit(workflow: Workflow, application: Application, visit: Visit, code: str) -> PossibleDecision:
    rule = workflow.steps[visit.step].decisions[code]
    if rule.to == ORIGIN:
        desks = (visit.origin_desk,) if visit.origin_desk is not None else None
        return _decision(workflow, code, rule, visit.origin_step or rule.to, desks)
    goal = way_on(workflow, application, rule.to)
    if goal in workflow.ends:
        return _decision(workflow, code, rule, goal)
    step = workflow.steps[goal]
    if step.join is not None:
        return _decision(workflow, code, rule, goal, desks_asked(workflow, application, step))
    by_rule = desk_by_rule(workflow, application, step)
    return _decision(workflow, code, rule, goal, (by_rule,) if by_rule is not None else None)


def _decision(
    workflow: Workflow, code: str, rule: DecisionRule, goal: str, desks: tuple[str, ...] | None = None
) -> PossibleDecision:
    step = workflow.steps.get(goal)
    return PossibleDecision(
        code=code,
        rule=rule,
        target=goal,
        target_label=workflow.label_of(goal),
        desks=desks if desks is not None else step.desks if step is not None else (),
        to_all=rule.to != ORIGIN and step is not None and step.join is not None,
    )


def application_file(office: Office, number: str) -> ApplicationFile:
    """The application with this number. Raises UnknownApplication."""
    with office.reading() as connection:
        row = connection.execute(_BY_NUMBER, {"number": number}).first()
        if row is None:
            raise UnknownApplication(number=number)
        books = Transaction(connection)
        open_visits = tuple(books.open_visits(row.id))
        paused = granted_pause(books.ledgers(row.id)[row.id])
        names = names_of(connection, (visit.holder for visit in open_visits))
    application = application_of(row)
    return ApplicationFile(
        application=application,
        book=office.rule_book(application.workflow),
        open_visits=open_visits,
        names=names,
        paused=paused,
    )


def number_with_code(connection: Connection, tracking_code: str) -> str | None:
    """The number of the application with this tracking code."""
    return connection.execute(_NUMBER_OF_CODE, {"code": tracking_code}).scalar()


def application_of(row: sa.Row[*tuple[Any, ...]]) -> Application:
    """The application a row with all its fields stands for."""
    said = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's public name
    said["outcome"] = Outcome(row.outcome) if row.outcome is not None else None
    said["papers"] = tuple(row.papers)
    said["chain_head"] = bytes(row.chain_head)
    said["applicant_index"] = bytes(row.applicant_index) if row.applicant_index is not None else None
    return Application(**said)
