"""What an imported log needs of the office, and what each of its events is here. Values only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from routing.domain.application import Submission
from routing.domain.decision import Decision
from routing.domain.desks import Desk, Role, Unit
from routing.domain.people import Assignment
from routing.domain.workflow import Workflow


@dataclass(frozen=True, slots=True, kw_only=True)
class Cast:
    """Everything a log needs before its first case: the route, the desks, and the people with their roles."""

    workflow: Workflow
    units: tuple[Unit, ...]
    desks: tuple[Desk, ...]
    roles: tuple[Role, ...]
    #: account code, as the log names it -> what it does there
    people: Mapping[str, tuple[Assignment, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedMove:
    """One event of a case: its submission, or a later decision; by whom and when, as the log says."""

    case: str
    said: Submission | Decision
    #: account code
    actor: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCase:
    """A case as the moves that retell it, in order."""

    name: str
    moves: tuple[ImportedMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Retelling:
    """A whole log, ready to walk through the engine."""

    cast: Cast
    cases: tuple[ImportedCase, ...]
    #: cases of the log that have no event
    empty_cases: int = 0
