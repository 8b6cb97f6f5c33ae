"""What the chain and the closing of the log cost a move: the office as it is, and one without them, in turn.

The other one exists only here: in a throwaway database whose triggers on the log, and numbering of entries, are taken
away, and in this process, which puts nothing in the place of an entry's hash. The program itself has no such switch.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from statistics import median
from typing import Any

from routing.actions.decide import decide
from routing.actions.deliver import deliver
from routing.actions.submit import Registration, submit
from routing.domain import audit_chain
from routing.domain.application import Application, Particulars, Submission
from routing.domain.decision import Decision
from routing.office import Office
from routing.settings import Settings
from routing.storage.throwaway import run_script
from workers.bench.clerk import WAY
from workers.bench.figures import ratio
from workers.bench.ground import SERVICE, Ground, measuring_ground
from workers.bench.measurement import Tell
from workers.bench.processor_time import postgresql_seconds

_OPENED = {
    "postgresql": """DROP TRIGGER audit_entries_refuse_change ON audit_entries;
        DROP TRIGGER audit_entries_refuse_truncate ON audit_entries;
        DROP INDEX ix_audit_entries_written_in;
        ALTER TABLE audit_entries ALTER written_in DROP DEFAULT""",
    "sqlite": """DROP TRIGGER audit_entries_refuse_update; DROP TRIGGER audit_entries_refuse_delete;
        DROP TRIGGER audit_entries_refuse_replace; DROP INDEX ix_audit_entries_written_in""",
}


def measure_chain_cost(settings: Settings, *, documents: int, rounds: int, tell: Tell) -> dict[str, Any]:
    """Moves a second and processor time a move, with and without; the share of the throughput that they cost."""
    runs: list[dict[str, tuple[float, float]]] = []
    with (
        measuring_ground(settings, clerks=1) as closed,
        measuring_ground(settings, clerks=1) as opened,
        closing(Office(closed.settings)) as office,
        closing(Office(opened.settings)) as other,
    ):
        for statement in _OPENED[other.database.name].split(";"):
            run_script(other.database, statement)
        for turn in range(rounds + 1):
            run: dict[str, tuple[float, float]] = {}
            # Whoever goes second finds a warmer machine, so they take turns in that, too.
            for name in ("with", "without") if turn % 2 else ("without", "with"):
                if name == "with":
                    run[name] = _moves(office, closed, documents)
                else:
                    with _nothing_linked():
                        run[name] = _moves(other, opened, documents)
            # The first of all is for growing warm.
            runs += [run] if turn else []
        tell(f"{rounds} rounds with and without the chain.")
    # The ratio of each round, and not that of the medians: within a round both met the same machine.
    typical = sorted(runs, key=lambda run: ratio(run["with"][0], run["without"][0]))[len(runs) // 2]
    shares = [1 - ratio(run["with"][0], run["without"][0]) for run in runs]
    return {
        "moves_per_second": round(typical["with"][0], 1),
        "moves_per_second_without": round(typical["without"][0], 1),
        "share_of_throughput": round(1 - ratio(typical["with"][0], typical["without"][0]), 3),
        "shares_of_the_rounds": [round(min(shares), 3), round(max(shares), 3)],
        "processor_ms_per_move": round(median(run["with"][1] for run in runs), 3),
        "processor_ms_per_move_without": round(median(run["without"][1] for run in runs), 3),
        "rounds": rounds,
    }


@contextmanager
def _nothing_linked() -> Iterator[None]:
    link = audit_chain.link
    audit_chain.link = _unlinked
    try:
        yield
    finally:
        audit_chain.link = link


def _unlinked(previous: bytes, body: bytes) -> bytes:  # noqa: ARG001 - as the link it stands for
    return previous


def _moves(office: Office, ground: Ground, documents: int) -> tuple[float, float]:
    """Moves a second, and milliseconds of the processor a move, the server's included where it can be known."""
    before, began, program = postgresql_seconds(office) or 0.0, time.perf_counter(), time.process_time()
    moves = 0
    walking = [_submitted(office, ground) for _ in range(documents)]
    for place, (step, decision) in enumerate(WAY):
        visit = 2 + place
        deliver(office, [(one.id, visit) for one in walking])
        for one in walking:
            said = Decision(decision=decision, visit=visit, seen_version=None)
            decide(office, one.number, said, person_id=ground.people[0, step])
        moves += 2 * len(walking)
    moves += len(walking)
    used = time.process_time() - program + (postgresql_seconds(office) or 0.0) - before
    return moves / (time.perf_counter() - began), used * 1000 / moves


def _submitted(office: Office, ground: Ground) -> Application:
    papers = tuple(code for code, need in office.book_in_force(SERVICE).workflow.requirements.items() if need.required)
    who = Particulars(name="dr. Contoh Ukuran", nik="3579014107900001")
    submission = Submission(desk="loket-pendaftaran", decision="accept", papers=papers, particulars=who)
    return submit(office, Registration(service=SERVICE, submission=submission, person_id=ground.people[0, "register"]))
