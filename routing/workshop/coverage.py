"""Which steps, decisions and ends of a route were gone through, and which never."""

from __future__ import annotations

from collections.abc import Iterator

from routing.domain.move import Move
from routing.domain.workflow import Workflow


class Coverage:
    """What has been seen of one route so far."""

    def __init__(self, workflow: Workflow) -> None:
        self._known = tuple(_parts(workflow))
        self._seen: set[str] = set()

    def saw(self, move: Move) -> None:
        """The move happened."""
        for visit in move.visits:
            self._seen.add(_step(visit.step))
            if visit.decision is not None:
                self._seen.add(_decision(visit.step, visit.decision))
        if not move.after.is_open:
            self._seen.add(_end(move.after.step))

    @property
    def missing(self) -> tuple[str, ...]:
        """What was never gone through, in the order of the route: "step verify", "decision verify/return", ..."""
        return tuple(part for part in self._known if part not in self._seen)

    @property
    def parts(self) -> int:
        """How many steps, decisions and ends there are."""
        return len(self._known)

    @property
    def percent(self) -> int:
        """How many of a hundred were gone through; 100 only where none is missing."""
        return 100 * (self.parts - len(self.missing)) // self.parts


def _parts(workflow: Workflow) -> Iterator[str]:
    for code, step in workflow.steps.items():
        yield _step(code)
        yield from (_decision(code, decision) for decision in step.decisions)
    yield from map(_end, workflow.ends)


def _step(code: str) -> str:
    return f"step {code}"


def _decision(step: str, code: str) -> str:
    return f"decision {step}/{code}"


def _end(code: str) -> str:
    return f"end {code}"
