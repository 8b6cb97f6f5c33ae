"""Puts a mall of its own up and measures it: as fast as it goes, at a steady pace, and through the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import Any

from routing.settings import Settings
from workers.bench.distributed_mall import DistributedMall
from workers.bench.embedded_mall import EmbeddedMall
from workers.bench.figures import Run
from workers.bench.ground import Ground, measuring_ground
from workers.bench.processor_time import load_average

#: Documents of the steady pace at most: 600 moves, of which the slowest hundredth is five hand-offs.
_MOST_PACED = 100

Tell = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is measured."""

    documents: int
    #: decisions a second of the steady pace
    rate: float
    clerks: int
    workers: int
    #: whether decisions through the pages are measured, too
    pages: bool = True


def measure(settings: Settings, plan: Plan, tell: Tell) -> dict[str, Any]:
    """The figures of one measurement. Raises MayNotCreateDatabase, DataFolderUnusable and faults."""
    with measuring_ground(settings, clerks=plan.clerks) as ground, mall_on(ground, plan) as mall:
        steady = paced(mall, plan, tell)
        fast = mall.walk(plan.documents)
        tell(f"As fast as it goes: {fast.per_second} moves/s.")
        pages = mall.walk(plan.documents, through_pages=True) if plan.pages else None
    return figures(settings, plan, fast, steady) | (
        {"http_moves_per_second": pages.per_second} if pages is not None else {}
    )


def paced(mall: DistributedMall | EmbeddedMall, plan: Plan, tell: Tell) -> Run:
    """The run at the plan's steady pace."""
    steady = mall.walk(min(plan.documents, _MOST_PACED), per_second=plan.rate)
    tell(f"At {steady.per_second} moves/s: decision to inbox {steady.to_inbox_ms} ms.")
    return steady


def figures(settings: Settings, plan: Plan, fast: Run, steady: Run) -> dict[str, Any]:
    """What is reported of the two runs."""
    return {
        "moves_per_second": fast.per_second,
        "decision_to_inbox_ms": steady.to_inbox_ms,
        "documents": plan.documents,
        "database": "sqlite" if settings.is_embedded else "postgresql",
        "broker": settings.broker_name,
        "messages": fast.messages,
        "moves": fast.moves,
        "seconds": round(fast.seconds, 3),
        "paced_moves_per_second": steady.per_second,
        "processor_ms_per_move": fast.processor_ms_per_move,
        "clerks": plan.clerks,
        "workers": 1 if settings.is_embedded else plan.workers,
        "load_average": load_average(),
    }


@contextmanager
def mall_on(ground: Ground, plan: Plan) -> Iterator[DistributedMall | EmbeddedMall]:
    """The mall on that ground, while the block runs."""
    mall: DistributedMall | EmbeddedMall
    if ground.settings.is_embedded:
        mall = EmbeddedMall(ground, clerks=plan.clerks)
    else:
        mall = DistributedMall(ground, clerks=plan.clerks, workers=plan.workers)
    with closing(mall):
        # What is measured is an office that is open: every process has done once what it does from then on.
        mall.walk(2 * plan.clerks)
        yield mall
