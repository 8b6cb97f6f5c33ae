"""A large office's log: millions of entries, written straight into the tables together with the index behind them.

Realistic in what a search feels: services, desks and people are spread unevenly, ends and reasons are rare, most of it
lies years back. The bytes are no true entries; nothing here is verified.
"""

from __future__ import annotations

from collections.abc import Callable

from routing.actions.publish import publish, publish_office
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow
from routing.domain.errors import Fault
from routing.office import Office
from routing.storage.query_times import tidy
from routing.storage.throwaway import run_script

SERVICE = "sip-dokter"
DESKS = 400
UNITS = 40
SERVICES = 200
PEOPLE = 2_000
_ENTRIES_EACH = 20
#: So many applications are written in one transaction.
_AT_ONCE = 10_000

_GROUND = """
SET LOCAL statement_timeout = 0;
INSERT INTO units (code, label)
SELECT 'unit-' || n, json_build_object('id', 'Unit ' || n, 'en', 'Unit ' || n) FROM generate_series(0, {units} - 1) n;
INSERT INTO desks (code, label, unit, counter)
SELECT 'meja-' || n, json_build_object('id', 'Meja ' || n, 'en', 'Desk ' || n), 'unit-' || n / 10, false
FROM generate_series(0, {desks} - 1) n;
INSERT INTO services (code, workflow, last_number)
SELECT 'layanan-' || n, (SELECT workflow FROM services WHERE code = '{service}'), 0
FROM generate_series(0, {services} - 1) n;
"""
# Every entry knows its application, whose channel and service are those of all its entries.
_ENTRIES = """
SET LOCAL statement_timeout = 0;
INSERT INTO applications (id, number, tracking_code, service, workflow, step, outcome, version, visit_count,
    entry_count, chain_head, submitted_at, changed_at, channel, facts, papers)
SELECT n, 'BENCH-' || n, 'TRACK-' || n, 'layanan-' || floor(random() * random() * {services})::int,
    (SELECT workflow FROM services WHERE code = '{service}'), 'done', 'granted', 6, 4, {each}, sha256(n::text::bytea),
    now() - interval '3 years' * (1 - n::float8 / {all}), now(),
    (ARRAY['counter', 'online', 'village', 'self-service'])[1 + floor(4 * pow(random(), 6))::int], '{{}}', '[]'
FROM generate_series({first}, {last}) n;
CREATE TEMPORARY TABLE bench_drawn ON COMMIT DROP AS
SELECT n, seq, service, channel, submitted_at + interval '6 hours' * seq + interval '1 hour' * random() AS at,
    CASE WHEN seq = 1 THEN 'submitted' WHEN random() < 0.0005 THEN 'deemed' WHEN random() < 0.01 THEN 'revealed'
        ELSE (ARRAY['arrived', 'claimed', 'decided'])[1 + mod(seq, 3)] END AS kind,
    floor(random() * random() * {desks})::int AS desk, floor(random() * random() * {people})::int AS actor,
    random() AS a
FROM generate_series({first}, {last}) n JOIN applications ON id = n
CROSS JOIN LATERAL generate_series(1, {each}) seq;
INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)
SELECT n, seq, at, kind, 'meja-' || desk, 'orang-' || actor,
    convert_to('{{"schema":2,"pad":"' || repeat('x', 300) || '"}}', 'UTF8'), sha256('x') FROM bench_drawn;
INSERT INTO entry_index
SELECT n, seq, at, service, channel, kind, 'meja-' || desk, 'unit-' || desk / 10, 'orang-' || actor,
    CASE WHEN kind = 'decided' THEN (ARRAY['forward', 'approve', 'return', 'refuse'])[1 + floor(4 * a * a)::int] END,
    CASE WHEN seq = {each} THEN (ARRAY['granted', 'refused', 'withdrawn', 'stopped'])[1 + floor(4 * a * a)::int] END,
    CASE WHEN kind = 'decided' AND a < 0.1 THEN 'alasan-' || floor(300 * a)::int END
FROM bench_drawn;
INSERT INTO entry_reasons SELECT 'alasan-' || floor(300 * a)::int, at, n, seq FROM bench_drawn
WHERE kind = 'decided' AND a < 0.1;
"""
_COMPLETE = """
INSERT INTO entry_index_state (no, mark, swept_at, complete_at)
VALUES (1, pg_snapshot_xmin(pg_current_snapshot())::text::bigint, now(), now());
"""


def fill(office: Office, entries: int, tell: Callable[[str], None]) -> None:
    """Writes about so many entries, twenty an application, into an empty office on PostgreSQL."""
    _publish(office)
    names = {"desks": DESKS, "units": UNITS, "services": SERVICES, "people": PEOPLE, "service": SERVICE}
    run_script(office.database, _GROUND.format(**names))
    count = max(entries // _ENTRIES_EACH, 1)
    for first in range(1, count + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, count)
        run_script(office.database, _ENTRIES.format(first=first, last=last, all=count, each=_ENTRIES_EACH, **names))
        tell(f"{last * _ENTRIES_EACH} entries written.")
    tidy(office.database)
    run_script(office.database, _COMPLETE)


def _publish(office: Office) -> None:
    folder = office.settings.workflows or default_folder()
    plan, _ = read_office(folder / "office")
    workflow, _ = read_workflow(folder / f"{SERVICE}.yaml", plan)
    if plan is None or workflow is None:
        message = f"The route {SERVICE} in {folder} cannot be published; satuatap workflow check says why."
        raise Fault(message)
    publish_office(office, plan.units, plan.desks, plan.roles)
    publish(office, workflow, by="bench")
