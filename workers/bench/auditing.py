"""What the log costs and how fast it is gone through, in books that are gone afterwards.

Per move: the chain, and the triggers that keep it closed. Of a long log: sealing it, proving, verifying, exporting it.
"""

from __future__ import annotations

import random
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

from routing.actions.seal import seal
from routing.office import Office
from routing.reading.proofs import consistency, inclusion, newest_checkpoint
from routing.reading.sealed_chains import verify_sealed_log
from routing.settings import Settings
from routing.storage.throwaway import run_script
from workers.bench.chain_cost import measure_chain_cost
from workers.bench.figures import share_ms
from workers.bench.ground import measuring_ground
from workers.bench.log_programs import LogPrograms
from workers.bench.long_log import fill_log
from workers.bench.measurement import Tell
from workers.bench.processor_time import load_average

_PROOFS = 1_000
#: Documents of one round of the comparison.
_DOCUMENTS = 50


def measure_audit(
    settings: Settings, *, entries: int, formats: Sequence[str], rounds: int, tell: Tell
) -> dict[str, Any]:
    """The figures of one measurement; ``rounds``: of the comparison with an office without a chain.

    Raises MayNotCreateDatabase, DataFolderUnusable and faults.
    """
    cost = measure_chain_cost(settings, documents=_DOCUMENTS, rounds=rounds, tell=tell) if rounds else None
    with (
        measuring_ground(settings, clerks=1) as ground,
        closing(Office(ground.settings)) as office,
        tempfile.TemporaryDirectory(dir=ground.settings.data) as folder,
    ):
        seal(office)
        programs = LogPrograms(ground, Path(folder))
        tell(f"Writing {entries} entries.")
        written = fill_log(office, ground, entries, tell)
        run_script(office.database, "ANALYZE")
        tell("Sealing, proving and verifying them.")
        found = {"entries": written, "chain_cost": cost, **_sealed(office)}
        tell("Verifying all of it.")
        leaves = found["leaves"]
        found |= {"verify": programs.verified(leaves), **programs.verified_outside(leaves), "exports": {}}
        for as_format in formats:
            tell(f"Exporting it as {as_format}.")
            found["exports"][as_format] = programs.exported(as_format, written)
        return found | {"database": office.database.name, "load_average": load_average()}


def _sealed(office: Office) -> dict[str, Any]:
    """What is done with the sealed log in this process."""
    began, cpu = time.perf_counter(), time.process_time()
    count = seal(office).leaves
    sealed = _rate(began, cpu, count)
    # As the server does by itself, in time, with a log that has grown.
    run_script(office.database, "ANALYZE")
    began, cpu = time.perf_counter(), time.process_time()
    report = verify_sealed_log(office)
    verified = _rate(began, cpu, report.leaves)
    # Not all leaves need be under the newest seal.
    proofs = _timed(_asked(office, newest_checkpoint(office).size))
    return {
        "sealed": sealed,
        "leaves": report.leaves,
        "leaves_verified": verified,
        "problems": len(report.problems),
        "proof_ms": {"p50": share_ms(proofs, 0.5), "p99": share_ms(proofs, 0.99)},
    }


def _rate(began: float, cpu: float, entries: int) -> dict[str, int]:
    """Of something that was done to so many entries since then, in this process."""
    seconds, cpu_seconds = time.perf_counter() - began, time.process_time() - cpu
    return {"entries_per_second": round(entries / seconds), "entries_per_cpu_second": round(entries / cpu_seconds)}


def _asked(office: Office, leaves: int) -> list[Callable[[], object]]:
    """Inclusion and consistency by turns, anywhere in the log."""
    chance = random.Random(leaves)  # noqa: S311 - where a proof is asked for, not a secret
    asked: list[Callable[[], object]] = []
    for _ in range(_PROOFS // 2):
        leaf, size = chance.randrange(leaves), chance.randint(1, leaves)
        asked += [lambda leaf=leaf: inclusion(office, leaf), lambda size=size: consistency(office, size)]  # type: ignore[misc]
    return asked


def _timed(asked: Sequence[Callable[[], object]]) -> list[float]:
    # The first ones find the server's memory, and the program's, as empty as nobody's is at work.
    for ask in asked[:20]:
        ask()
    took = []
    for ask in asked:
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return took
