"""The measurement beside its limits: the office, pgbench and plain Celery in turn, on the same machine."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

from routing.office import Office
from routing.settings import Settings
from workers.bench import pgbench
from workers.bench.figures import Run, middle, ratio
from workers.bench.ground import measuring_ground
from workers.bench.measurement import Plan, Tell, figures, mall_on, paced
from workers.bench.plain_celery import PlainCelery
from workers.bench.processor_time import ended_children_seconds, load_average, postgresql_seconds

_PGBENCH_SECONDS = 5


def measure_limit(settings: Settings, plan: Plan, tell: Tell, *, rounds: int) -> dict[str, Any]:
    """The figures of the middle round. Raises NotPostgresql, NoPgbench, MayNotCreateDatabase and faults."""
    if settings.is_embedded:
        raise pgbench.NotPostgresql
    program = pgbench.find_pgbench()
    runs: list[Run] = []
    beside: list[dict[str, Any]] = []
    with measuring_ground(settings, clerks=plan.clerks) as ground:
        pgbench.prepare(ground.settings)
        with (
            mall_on(ground, plan) as mall,
            closing(Office(ground.settings)) as office,
            closing(PlainCelery(ground, workers=plan.workers, senders=plan.clerks)) as celery,
        ):
            steady = paced(mall, plan, tell)
            for round_ in range(rounds):
                run = mall.walk(plan.documents)
                limit, processor = _pgbench(program, office)
                plain = celery.hand_offs_per_second(run.moves)
                runs.append(run)
                beside.append(
                    {
                        "moves_per_second": run.per_second,
                        "pgbench_per_second": round(limit, 1),
                        "ratio_to_pgbench": ratio(run.per_second, limit),
                        "celery_per_second": round(plain, 1),
                        "processor_ms_per_move": round(sum(run.processor_ms_per_move.values()), 3),
                        "pgbench_processor_ms_per_move": processor,
                        "load_average": load_average(),
                    }
                )
                tell(f"Round {round_ + 1} of {rounds}: {beside[-1]}")
    typical = sorted(runs, key=lambda run: run.per_second)[len(runs) // 2]
    # The ratio of each round, and not that of the medians: within a round all three met the same machine.
    medians = {name: middle([one[name] for one in beside]) for name in ("moves_per_second", "pgbench_per_second")}
    medians["ratio_to_pgbench"] = sorted(one["ratio_to_pgbench"] for one in beside)[len(beside) // 2]
    medians["celery_per_second"] = middle([one["celery_per_second"] for one in beside])
    return figures(settings, plan, typical, steady) | medians | {"rounds": beside}


def _pgbench(program: Path, office: Office) -> tuple[float, float | None]:
    """Its moves a second, and the processor time of one: the program's and the server's."""
    before, program_before = postgresql_seconds(office), ended_children_seconds()
    per_second = pgbench.moves_per_second(program, office.settings, seconds=_PGBENCH_SECONDS)
    after = postgresql_seconds(office)
    if before is None or after is None:
        return per_second, None
    used = after - before + ended_children_seconds() - program_before
    return per_second, round(used * 1000 / (per_second * _PGBENCH_SECONDS), 3)
