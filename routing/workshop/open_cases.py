"""Would an application that is open have a place in another version of its route, and what would change for it?

Nothing is moved here: an application keeps the version it started under. This tells what publishing, and moving the
open ones over, would mean.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from routing.domain.application import Application
from routing.domain.due_dates import counts_from, due_at
from routing.domain.facts import guard_facts
from routing.domain.requirements import asked_for
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from routing.domain.workflow import Workflow
from routing.reading.application_file import ApplicationFile


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenCase:
    """An open application for which something would be otherwise."""

    number: str
    step: str
    #: why it has no place in the new version, in words; empty: it has one
    no_place: tuple[str, ...] = ()
    #: decisions that are possible now and would not be: ``verify/return``
    gone: tuple[str, ...] = ()
    #: decisions that would be possible and are not now
    added: tuple[str, ...] = ()
    #: decisions that would lead elsewhere: ``sign/sign: hand-over instead of check``
    elsewhere: tuple[str, ...] = ()
    #: requirements it would owe and does not owe now
    owed: tuple[str, ...] = ()
    #: desks that would have another time for it: ``verifikasi: 2026-11-04 instead of 2026-11-03``
    due: tuple[str, ...] = ()
    #: the promise to the public, where it would be another one
    promise: str | None = None

    @property
    def is_changed(self) -> bool:
        """Whether anything would be otherwise."""
        return any(getattr(self, name) for name in self.__dataclass_fields__ if name not in {"number", "step"})


def open_case(old: RuleBook, new: RuleBook, application: Application, open_visits: Sequence[Visit]) -> OpenCase:
    """What would be otherwise for this application; its times are in the office's time zone."""
    no_place = tuple(_no_place(new.workflow, application, open_visits))
    at_home = [visit for visit in open_visits if _is_there(new.workflow, visit)]
    then, now = _possible(new, application, at_home), _possible(old, application, at_home)
    led = {code: (leads, then[code]) for code, leads in now.items() if code in then and then[code] != leads}
    owed = _owed(new.workflow, application)
    return OpenCase(
        number=application.number,
        step=application.step,
        no_place=no_place,
        gone=tuple(code for code in now if code not in then),
        added=tuple(code for code in then if code not in now),
        elsewhere=tuple(f"{code}: {after} instead of {before}" for code, (before, after) in led.items()),
        owed=tuple(code for code in owed if code not in _owed(old.workflow, application)),
        due=tuple(_other_due(new, at_home)),
        promise=_other_promise(old.workflow, new.workflow),
    )


def _no_place(new: Workflow, application: Application, open_visits: Sequence[Visit]) -> Iterator[str]:
    if application.step not in new.steps:
        yield f"there is no step {application.step}"
    elif len(open_visits) > 1 and new.steps[application.step].join is None:
        yield f"it is at several desks at once, and {application.step} has no join"
    for visit in open_visits:
        if visit.step not in new.steps:
            if visit.step != application.step:
                yield f"there is no step {visit.step}"
        elif visit.desk not in new.steps[visit.step].every_desk:
            yield f"{visit.step} is not done at {visit.desk}"
        elif visit.origin_step is not None and not _can_go_back(new, visit):
            yield f"from {visit.step} nothing goes back to {visit.origin_step} at {visit.origin_desk}"


def _can_go_back(new: Workflow, visit: Visit) -> bool:
    step = visit.origin_step or ""
    return step in tuple(new.origins_of(visit.step)) and visit.origin_desk in new.steps[step].every_desk


def _is_there(new: Workflow, visit: Visit) -> bool:
    return visit.step in new.steps and visit.desk in new.steps[visit.step].every_desk


def _possible(book: RuleBook, application: Application, visits: Sequence[Visit]) -> dict[str, str]:
    """What can be said at these visits, and where it leads."""
    file = ApplicationFile(application=application, book=book, open_visits=tuple(visits), names={})
    found = {}
    for visit in visits:
        place = visit.step if len(visits) == 1 else f"{visit.step} ({visit.desk})"
        for one in file.possible(visit):
            desks = f" ({', '.join(one.desks)})" if one.desks else ""
            found[f"{place}/{one.code}"] = f"{one.target}{desks}"
    return found


def _owed(workflow: Workflow, application: Application) -> list[str]:
    facts: dict[str, Any] = guard_facts(workflow, application)
    asked = asked_for(workflow.requirements, facts, application.submitted_at.date())
    return [code for code, need in asked.items() if need.required and code not in application.papers]


def _other_due(new: RuleBook, visits: Sequence[Visit]) -> Iterator[str]:
    for visit in visits:
        due = due_at(new.workflow.steps[visit.step], visit.desk, counts_from(visit), new.calendar)
        if due != visit.due_at:
            before, after = (at.isoformat(sep=" ", timespec="minutes") for at in (visit.due_at, due))
            yield f"{visit.desk}: {after} instead of {before}"


def _other_promise(old: Workflow, new: Workflow) -> str | None:
    before, after = _promise(old), _promise(new)
    return f"{after} instead of {before}" if before != after else None


def _promise(workflow: Workflow) -> str:
    if workflow.minutes is not None:
        return f"{workflow.minutes} minutes"
    return f"{workflow.working_days} working days" if workflow.working_days is not None else "nothing"
