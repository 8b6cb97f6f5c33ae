"""A large office's books: years of applications, most of them ended, written straight into the tables.

Realistic in what the queries of the deadline board feel: which share is open, how dates, desks and services are spread
(a fifth of all is one service, a twentieth lies at one desk), and that what is open has just been changed.
"""

from __future__ import annotations

from collections.abc import Callable

from routing.actions.publish import publish, publish_office
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.domain.errors import Fault
from routing.office import Office
from routing.reading.catalogue import services_in_force
from routing.storage.query_times import tidy
from routing.storage.throwaway import run_script

DESKS = 400
UNITS = 40
#: So many are written in one transaction.
_AT_ONCE = 100_000

_GROUND = """
SET LOCAL statement_timeout = 0;
INSERT INTO units (code, label)
SELECT 'unit-' || n, json_build_object('id', 'Unit ' || n, 'en', 'Unit ' || n) FROM generate_series(0, {units} - 1) n;
INSERT INTO desks (code, label, unit, counter)
SELECT 'meja-' || n, json_build_object('id', 'Meja ' || n, 'en', 'Desk ' || n), 'unit-' || n / 10, false
FROM generate_series(0, {desks} - 1) n;
CREATE TABLE bench_steps (kind integer PRIMARY KEY, service text, workflow text, step text, goal text);
"""
_STEP = "INSERT INTO bench_steps VALUES ({n}, '{service}', '{workflow}', '{step}', '{goal}');"
# One in twenty is open: most of them of the last weeks, some old. Random numbers are drawn once a row.
_DRAWN = """
CREATE TABLE bench_drawn AS
SELECT n, random() AS a, random() AS b, random() AS c, random() AS d, random() AS e,
       now() - interval '3 years' * (1 - n::float8 / {all}) AS at,
       floor(random() * random() * {steps})::int AS kind,
       random() < CASE WHEN n > {all} * 0.9 THEN 0.455 ELSE 0.005 END AS is_open
FROM generate_series({first}, {last}) n;
"""
_END_OF_DAY = "date_trunc('day', {moment}, 'Asia/Jakarta') + interval '23:59:59'"
_APPLICATIONS = """
SET LOCAL statement_timeout = 0;
DROP TABLE IF EXISTS bench_drawn;
{drawn}
INSERT INTO applications (id, number, tracking_code, service, workflow, step, outcome, version, visit_count,
    entry_count, chain_head, submitted_at, changed_at, channel, facts, papers, calendar, promise_due, legal_due,
    wake_at)
SELECT n, 'BENCH-' || n, 'TRACK-' || n, s.service, s.workflow, CASE WHEN is_open THEN s.step ELSE s.goal END,
    CASE WHEN NOT is_open THEN 'granted' END, 6, CASE WHEN is_open THEN 3 ELSE 4 END, 9, sha256(n::text::bytea),
    at, at + interval '8 days' * b, 'counter',
    json_build_object('applicant.kind', 'person', 'form.place', repeat('Jalan Diponegoro ', 8)),
    '["form","id-card","registration","photo"]', '{calendar}',
    CASE WHEN is_open AND a < 0.12 THEN NULL ELSE {promise} END,
    CASE WHEN b < 0.6 AND NOT (is_open AND a < 0.12) THEN {legal} END,
    CASE WHEN is_open THEN now() + interval '1 day' * c END
FROM bench_drawn JOIN bench_steps s USING (kind);
INSERT INTO clock_intervals (application_id, no, pause, since, until, granted_by)
SELECT n, 1, NULL, at, CASE WHEN NOT is_open OR a < 0.12 THEN at + interval '8 days' * b END, 'ida' FROM bench_drawn
UNION ALL
SELECT n, 2, 'repair', now() - interval '60 days' * c, NULL, 'omar' FROM bench_drawn WHERE is_open AND a < 0.12;
INSERT INTO visits (application_id, no, step, desk, sent_at, arrived_at, holder, closed_at, decision, decided_by, rings,
    due_at, version, attempts, needs_attention, warn_at)
SELECT d.n, v, s.step, 'meja-' || floor({desks} * random() * random())::int, at + interval '1 day' * (v - 1),
    at + interval '1 day' * (v - 1), CASE WHEN random() < 0.4 THEN 'omar' END,
    CASE WHEN v <= 2 OR NOT is_open THEN at + interval '1 day' * v END,
    CASE WHEN v <= 2 OR NOT is_open THEN 'forward' END, CASE WHEN v <= 2 OR NOT is_open THEN 'omar' END, 1,
    CASE WHEN is_open THEN {desk_due} ELSE at + interval '3 days' END, v + 1, 0, false,
    CASE WHEN v > 2 AND is_open THEN now() + interval '1 day' * c END
FROM bench_drawn d JOIN bench_steps s USING (kind)
CROSS JOIN LATERAL generate_series(1, CASE WHEN NOT is_open THEN 4 WHEN e < 0.2 THEN 4 ELSE 3 END) v;
INSERT INTO audit_entries (application_id, seq, at, kind, desk, actor, body, hash)
SELECT n, 3, at + interval '2 days', 'decided', 'meja-' || mod(n, {desks}), 'omar', '{{}}', sha256('x')
FROM bench_drawn WHERE d < 0.03;
INSERT INTO audit_marks (application_id, seq, mark, at)
SELECT n, 3, (ARRAY['late-return', 'repeated-return', 'restart', 'granted-pause', 'late-return', 'repeated-return',
    'limit-passed', 'deemed'])[1 + floor(8 * e * e)::int], at + interval '2 days'
FROM bench_drawn WHERE d < 0.03;
"""
_AFTERWARDS = """
SET LOCAL statement_timeout = 0;
DROP TABLE bench_drawn;
DROP TABLE bench_steps;
"""
# What is open has been changed since the server last cleared up: its rows are not known to be seen by everybody.
_AT_WORK = """
SET LOCAL statement_timeout = 0;
UPDATE applications SET version = version + 1 WHERE outcome IS NULL;
UPDATE visits SET rings = rings + 1 WHERE closed_at IS NULL;
"""


def fill(office: Office, count: int, tell: Callable[[str], None]) -> None:
    """Writes so many applications with their visits, clocks and marks into an empty office on PostgreSQL."""
    _publish(office)
    run_script(office.database, _GROUND.format(units=UNITS, desks=DESKS) + "".join(_steps(office)))
    steps = len(services_in_force(office))
    for first in range(1, count + 1, _AT_ONCE):
        last = min(first + _AT_ONCE - 1, count)
        run_script(office.database, _script(office, first, last, count, steps))
        tell(f"{last} applications written.")
    run_script(office.database, _AFTERWARDS)
    tidy(office.database)
    run_script(office.database, _AT_WORK)


def _publish(office: Office) -> None:
    folder = office.settings.workflows or default_folder()
    plan, _ = read_office(folder / "office")
    if plan is None:
        message = f"The office in {folder} cannot be published; satuatap workflow check says why."
        raise Fault(message)
    publish_office(office, plan.units, plan.desks, plan.roles)
    for path in workflow_paths(folder):
        workflow, _ = read_workflow(path, plan)
        if workflow is not None:
            publish(office, workflow, by="bench")


def _script(office: Office, first: int, last: int, count: int, steps: int) -> str:
    drawn = _DRAWN.format(all=count, first=first, last=last, steps=steps)
    spread = "CASE WHEN is_open THEN now() + interval '1 day' * ({days}) ELSE at + interval '12 days' END"
    return _APPLICATIONS.format(
        drawn=drawn,
        calendar=office.calendar().content_hash,
        desks=DESKS,
        # A tenth is late by up to 30 days; the rest is due in the next 25.
        promise=_END_OF_DAY.format(moment=spread.format(days="CASE WHEN c < 0.1 THEN -300 * c ELSE 25 * d END")),
        legal=_END_OF_DAY.format(moment=spread.format(days="CASE WHEN c < 0.03 THEN -600 * c ELSE 60 * d END")),
        # Of what lies at desks 15 % is late; the rest is due this week.
        desk_due=_END_OF_DAY.format(
            moment="now() + interval '1 day' * CASE WHEN e < 0.15 THEN -100 * e ELSE 6 * e END"
        ),
    )


def _steps(office: Office) -> list[str]:
    """A step of each service at which the office works, and an end."""
    rows = []
    for n, workflow in enumerate(services_in_force(office)):
        step = next(code for code, one in workflow.steps.items() if one.waits_for == "office" and one.desks)
        rows.append(
            _STEP.format(
                n=n,
                service=workflow.service,
                workflow=workflow.content_hash,
                step=step,
                goal=next(iter(workflow.ends)),
            )
        )
    return rows
