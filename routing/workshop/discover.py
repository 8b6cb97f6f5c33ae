"""What route does a log tell of? Activities become steps, what directly follows becomes a decision.

A desk is the event's ``org:group``, else its ``org:role``, else its resource. An activity done at several desks is a
step with several desks, and the decision that leads to it names which (disposisi). Nothing is guessed beyond that:
the route allows exactly what the log shows.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from routing.domain.application import Submission
from routing.domain.audit_chain import rfc3339
from routing.domain.decision import Decision
from routing.domain.desks import Desk, Label, Role, Unit
from routing.domain.fields import Fact
from routing.domain.imported_log import Cast, ImportedCase, ImportedMove, Retelling
from routing.domain.people import Assignment
from routing.domain.workflow import DecisionRule, End, Outcome, Step, Workflow
from routing.formats.event_log import EventLog, LogCase, LogEvent
from routing.workshop.log_closings import clock_of, closed_cases

#: Who did it, where the log does not say.
UNKNOWN = "UNKNOWN"
_NO_ROLE = "officer"
#: The end of cases the log shows closed, the decision that leads there, and the same for cases it leaves open.
_CLOSED, _CLOSE, _LEFT_OPEN, _LEAVE_OPEN = "closed", "close", "left-open", "leave-open"
_LONGEST_LABEL = 300


def retell(log: EventLog, *, service: str) -> Retelling:
    """The log as a route and the moves that retell its cases; ``service``: the code the route gets."""
    return _Retold(log, service).retelling()


def service_code(file_name: str) -> str:
    """The code for a log file: its name without folder and endings."""
    stem = re.split(r"[/\\]", file_name)[-1]
    return _slug(re.sub(r"(\.(xes|xml|gz))+$", "", stem, flags=re.IGNORECASE), 60)


class _Codes:
    """Names become codes, each its own, in the order they come up."""

    def __init__(self, *, taken: Iterable[str] = (), longest: int = 60) -> None:
        self._codes: dict[str, str] = {}
        self._taken, self._longest = set(taken), longest

    def __call__(self, name: str) -> str:
        if name not in self._codes:
            base = code = _slug(name, self._longest)
            number = 1
            while code in self._taken:
                number += 1
                code = f"{base}-{number}"
            self._taken.add(code)
            self._codes[name] = code
        return self._codes[name]

    def names(self) -> dict[str, str]:
        return dict(self._codes)


class _Retold:
    """One log, gone through once."""

    def __init__(self, log: EventLog, service: str) -> None:
        self._service = service
        # Not the bare code: an office may well have a unit that is called like the log.
        self._unit = f"{service}.log"
        self._cases = [case for case in log.cases if case.events]
        self._empty = len(log.cases) - len(self._cases)
        self._closed = closed_cases(self._cases)
        self._step = _Codes(taken=(_CLOSED, _LEFT_OPEN, "origin"))
        # With the service's before it, and a number behind it, a code still has at most a hundred characters.
        room = min(60, 90 - len(service))
        self._desk, self._role = _Codes(longest=room), _Codes(longest=room)
        self._desks_of: dict[str, dict[str, None]] = defaultdict(dict)
        self._roles_of: dict[str, dict[str, None]] = defaultdict(dict)
        self._leads: dict[str, dict[str, str]] = defaultdict(dict)
        self._intake: dict[str, None] = {}
        self._held: dict[str, dict[tuple[str, str], None]] = defaultdict(dict)
        self._last_desks: dict[str, None] = {}
        self._name_of: dict[str, str] = {}
        for case in self._cases:
            self._look_at(case)

    def retelling(self) -> Retelling:
        names = self._desk.names()
        counters = {desk for activity in self._intake for desk in self._desks_of[activity]}
        desks = tuple(
            Desk(
                code=self._code(code),
                label=_label(name),
                unit=self._unit,
                counter=self._code(code) in counters,
            )
            for name, code in names.items()
        )
        since = min((event.at for case in self._cases for event in case.events), default=None)
        cast = Cast(
            workflow=self._workflow(),
            units=(Unit(code=self._unit, label=_label(self._service)),),
            desks=desks,
            roles=tuple(Role(code=self._code(code), label=_label(name)) for name, code in self._role.names().items()),
            people={
                person: tuple(Assignment(role=role, desk=desk, since=since) for role, desk in held)
                for person, held in self._held.items()
                if since is not None
            },
        )
        cases = tuple(ImportedCase(name=case.name, moves=tuple(self._moves(case))) for case in self._cases)
        return Retelling(cast=cast, cases=cases, empty_cases=self._empty)

    def _look_at(self, case: LogCase) -> None:
        self._intake[case.events[0].activity] = None
        for index, event in enumerate(case.events):
            self._step(event.activity)  # Before the one it leads to: whoever comes first has the plain code.
            desk, role = self._desk_of(event), self._role_of(event)
            self._desks_of[event.activity][desk] = None
            self._roles_of[event.activity][role] = None
            self._held[event.resource or UNKNOWN][role, desk] = None
            decision, target = self._lead(case, index)
            self._leads[event.activity][decision] = target
            if decision == _LEAVE_OPEN:
                self._last_desks[desk] = None

    def _lead(self, case: LogCase, index: int) -> tuple[str, str]:
        """The decision at this event, and the step or end it leads to."""
        if index + 1 < len(case.events):
            following = self._step(case.events[index + 1].activity)
            return f"to-{following}", following
        return (_CLOSE, _CLOSED) if case.name in self._closed else (_LEAVE_OPEN, _LEFT_OPEN)

    def _moves(self, case: LogCase) -> Iterable[ImportedMove]:
        for index, event in enumerate(case.events):
            decision, _ = self._lead(case, index)
            following = case.events[index + 1] if index + 1 < len(case.events) else event
            next_desk = self._desk_of(following) if decision != _CLOSE else None
            said: Submission | Decision = Decision(
                decision=decision, visit=index + 1, next_desk=next_desk, role=self._role_of(event)
            )
            if index == 0:
                said = Submission(
                    desk=self._desk_of(event),
                    step=self._step(event.activity),
                    role=self._role_of(event),
                    decision=decision,
                    next_desk=next_desk,
                    facts=_facts(case),
                    channel="import",
                    imported_case=case.name,
                )
            yield ImportedMove(case=case.name, said=said, actor=event.resource or UNKNOWN, at=event.at)

    def _workflow(self) -> Workflow:
        self._name_of = {self._step(name): name for name in self._leads}
        steps = {self._step(activity): self._as_step(activity) for activity in self._leads}
        if self._last_desks:
            steps[_LEFT_OPEN] = Step(
                label=Label(id="Masih terbuka di akhir log", en="Still open when the log ends"),
                desks=tuple(self._last_desks),
                roles=tuple(self._code(code) for code in self._role.names().values()),
                decisions={_CLOSE: _close()},
            )
        return Workflow(
            service=self._service,
            label=_label(self._service),
            unit=self._unit,
            clock=clock_of(self._cases),
            intake=tuple(self._step(activity) for activity in self._intake),
            steps=steps,
            ends={_CLOSED: End(label=Label(id="Ditutup", en="Closed"), outcome=Outcome.CLOSED)},
            imported_from=self._service,
        )

    def _as_step(self, activity: str) -> Step:
        decisions = {
            decision: _close()
            if decision == _CLOSE
            else DecisionRule(label=_label(f"→ {self._name_of.get(target, 'left open')}"), to=target)
            for decision, target in self._leads[activity].items()
        }
        return Step(
            label=_label(activity),
            desks=tuple(self._desks_of[activity]),
            roles=tuple(self._roles_of[activity]),
            decisions=decisions,
        )

    def _desk_of(self, event: LogEvent) -> str:
        return self._code(self._desk(event.group or event.role or event.resource or UNKNOWN))

    def _role_of(self, event: LogEvent) -> str:
        return self._code(self._role(event.role or _NO_ROLE))

    def _code(self, code: str) -> str:
        """Desks and roles of a log stand beside the office's own and never mix with them."""
        return f"{self._service}.{code}"


def _facts(case: LogCase) -> dict[str, Fact]:
    return {key: rfc3339(value) if isinstance(value, datetime) else value for key, value in case.attributes.items()}


def _close() -> DecisionRule:
    return DecisionRule(label=Label(id="Tutup", en="Close"), to=_CLOSED)


def _label(name: str) -> Label:
    short = name[:_LONGEST_LABEL] or UNKNOWN
    return Label(id=short, en=short)


def _slug(name: str, longest: int) -> str:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:longest].strip("-") or "x"
