"""What a measurement came to: numbers, and the shares of them that are reported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Some documents, from the counter's hand-off to the end of their way."""

    moves: int
    #: from the moment the relay begins to ring to the last decision
    seconds: float
    #: of every hand-off between two desks: seconds from decision to inbox
    to_inbox: Sequence[float] = field(repr=False)
    messages: int = 0
    #: processor seconds by kind of process; None where the system does not tell
    processor: Mapping[str, float | None] = field(default_factory=dict)

    @property
    def per_second(self) -> float:
        """Decisions a second, each of them delivered to the next inbox or the end of a way."""
        return round(self.moves / self.seconds, 1) if self.seconds else 0.0

    @property
    def to_inbox_ms(self) -> dict[str, float]:
        """The half of the hand-offs that came sooner, and the hundredth that took longest."""
        return {"p50": share_ms(self.to_inbox, 0.5), "p99": share_ms(self.to_inbox, 0.99)}

    @property
    def processor_ms_per_move(self) -> dict[str, float]:
        """Processor time a move, by kind of process."""
        known = {kind: used for kind, used in self.processor.items() if used is not None}
        return {kind: round(used * 1000 / self.moves, 3) for kind, used in known.items()} if self.moves else {}


def middle(figures: Sequence[float]) -> float:
    """The median."""
    return round(median(figures), 1)


def ratio(part: float, whole: float) -> float:
    """One rate as a share of another."""
    return round(part / whole, 3) if whole else 0.0


def shares(parts: int, whole: int) -> list[int]:
    """The whole in so many parts that differ by one at most."""
    return [whole // parts + (1 if place < whole % parts else 0) for place in range(parts)]


def merged(runs: Sequence[Any], key: str) -> list[float]:
    """The figures of that name of all of them."""
    return [figure for one in runs for figure in one[key]]


def share_ms(figures: Sequence[float], share: float) -> float:
    """Milliseconds that such a share of these seconds does not exceed."""
    ordered = sorted(figures)
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000, 2) if ordered else 0.0
