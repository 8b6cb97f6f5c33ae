"""Why the program of an automatic desk has not decided: from the stored code to the sentence it stands for."""

from __future__ import annotations

from collections.abc import Iterator

from routing.domain.errors import Refusal
from routing.domain.program_troubles import ProgramTrouble
from routing.domain.visits import Visit


def trouble_of(visit: Visit) -> Refusal | None:
    """The trouble the program met, as the refusal it was; None: it met none."""
    if visit.trouble is None:
        return None
    for kind in _every(Refusal):
        if kind.code == visit.trouble.code:
            try:
                return kind(**visit.trouble.facts)
            except (KeyError, TypeError):
                break  # Written by another version of this program, with other facts.
    return ProgramTrouble()


def _every(kind: type[Refusal]) -> Iterator[type[Refusal]]:
    for one in kind.__subclasses__():
        yield one
        yield from _every(one)
