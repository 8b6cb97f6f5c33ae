"""What the sealed log costs: entries sealed a second, a proof, a verification, in books that are gone afterwards.

The entries are made by the database itself and say nothing; sealing and proving only ever look at their hashes.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from typing import Any

from routing.actions.seal import seal
from routing.office import Office
from routing.reading.proofs import consistency, inclusion
from routing.reading.sealed_chains import verify_sealed_log
from routing.settings import Settings
from routing.storage.throwaway import run_script
from workers.bench.figures import share_ms
from workers.bench.ground import measuring_ground
from workers.bench.many_open import fill
from workers.bench.measurement import Tell
from workers.bench.processor_time import load_average

_APPLICATIONS = 100
#: Entries of one application in one transaction; thousands of moves do not come in one, either.
_AT_ONCE = 1_000
_PROOFS = 1_000
#: No application has had so many entries of its own.
_FIRST_SEQ = 1_000
_MADE = {
    "postgresql": """INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)
        SELECT {application}, seq, now(), 'measured', NULL, 'bench', convert_to('{{}}', 'UTF8'),
            sha256(convert_to('{application} ' || seq, 'UTF8'))
        FROM generate_series({first}, {last}) seq""",
    "sqlite": """WITH RECURSIVE counted(seq) AS
            (VALUES ({first}) UNION ALL SELECT seq + 1 FROM counted WHERE seq < {last})
        INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)
        SELECT {application}, seq, '2026-01-01T00:00:00.000000Z', 'measured', NULL, 'bench', '{{}}', randomblob(32)
        FROM counted""",
}


def measure_audit(settings: Settings, *, entries: int, tell: Tell) -> dict[str, Any]:
    """The figures of one measurement. Raises MayNotCreateDatabase, DataFolderUnusable and faults."""
    with measuring_ground(settings, clerks=1) as ground, closing(Office(ground.settings)) as office:
        applications = _applications(office, ground.people[0, "register"])
        seal(office)
        tell(f"Writing {entries} entries.")
        _write(office, applications, entries)
        run_script(office.database, "ANALYZE")
        tell("Sealing them.")
        began = time.perf_counter()
        leaves = seal(office).leaves
        sealed_in = time.perf_counter() - began
        tell("Proving and verifying.")
        proofs = _timed(_asked(office, leaves))
        began = time.perf_counter()
        report = verify_sealed_log(office)
        verified_in = time.perf_counter() - began
        return {
            "entries": leaves,
            "sealed_per_second": round(leaves / sealed_in),
            "proof_ms": {"p50": share_ms(proofs, 0.5), "p99": share_ms(proofs, 0.99)},
            "verified_per_second": round(report.leaves / verified_in),
            "problems": len(report.problems),
            "database": office.database.name,
            "load_average": load_average(),
        }


def _applications(office: Office, person_id: int) -> list[int]:
    numbers = [number for some in fill(office, _APPLICATIONS, person_id=person_id) for number in some]
    with office.transaction() as tx:
        return [one.id for one in tx.applications_numbered(numbers)]


def _write(office: Office, applications: Sequence[int], entries: int) -> None:
    for start in range(0, entries, _AT_ONCE):
        piece = start // _AT_ONCE
        first = _FIRST_SEQ + piece // len(applications) * _AT_ONCE
        last = first + min(_AT_ONCE, entries - start) - 1
        made = _MADE[office.database.name]
        application = applications[piece % len(applications)]
        run_script(office.database, made.format(application=application, first=first, last=last))


def _asked(office: Office, leaves: int) -> list[Callable[[], object]]:
    """Inclusion and consistency by turns, anywhere in the log."""
    chance = random.Random(leaves)  # noqa: S311 - where a proof is asked for, not a secret
    asked: list[Callable[[], object]] = []
    for _ in range(_PROOFS // 2):
        leaf, size = chance.randrange(leaves), chance.randint(1, leaves)
        asked += [lambda leaf=leaf: inclusion(office, leaf), lambda size=size: consistency(office, size)]  # type: ignore[misc]
    return asked


def _timed(asked: Sequence[Callable[[], object]]) -> list[float]:
    took = []
    for ask in asked:
        began = time.perf_counter()
        ask()
        took.append(time.perf_counter() - began)
    return took
