"""``satuatap replay``: a real office's past walks through the engine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_courier, open_office, say, tell
from routing.cli.workflow_commands import retelling_of

if TYPE_CHECKING:
    from routing.domain.imported_log import Retelling
    from routing.office import Office
    from workers.replay import Walked


def replay(
    log: Annotated[Path, typer.Argument(metavar="LOG.xes", help="An event log in XES, packed or not.")],
    service: Annotated[
        str | None, typer.Option(help="Code of the service it becomes. Absent: from the file's name.")
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Derive a route from a log and send every case of it through the engine, with the log's times."""
    from routing.reading.chains import verify_chains
    from routing.reading.imported_cases import messages_of

    retelling = retelling_of(log, service)
    code = retelling.cast.workflow.service
    tell(f"{log.name}: {len(retelling.cases)} cases, {sum(len(case.moves) for case in retelling.cases)} events; "
         f"service {code}, {len(retelling.cast.workflow.steps)} steps, {len(retelling.cast.desks)} desks.")  # fmt: skip
    if retelling.empty_cases:
        tell(f"{retelling.empty_cases} cases have no event and are left out.")
    with open_office(data) as office:
        messages_before = messages_of(office, code)
        walked = _walk(office, retelling)
        report = verify_chains(office, service=code)
        result = {
            "cases": walked.cases,
            "skipped": walked.skipped,
            "moves": walked.moves,
            "refusals": len(walked.refusals),
            "seconds": round(walked.seconds, 3),
            "moves_per_second": round(walked.moves / walked.seconds, 1) if walked.moves else 0.0,
            "hand_off_ms": {"p50": walked.hand_off_milliseconds(0.5), "p99": walked.hand_off_milliseconds(0.99)},
            "messages": messages_of(office, code) - messages_before,
            "broker": office.settings.broker_name,
            "chains_verified": report.chains - len(report.breaks),
            "service": code,
        }
    for case, sentence in walked.refusals[:20]:
        tell(f"refused: case {case}: {sentence}")
    for broken in report.breaks[:20]:
        tell(f"broken chain: {broken.number}, entry {broken.seq}: {broken.problem}")
    words = (
        f"{walked.cases} cases, {walked.moves} moves, {len(walked.refusals)} refused, "
        f"{walked.skipped} were in already; "
        f"{result['moves_per_second']} moves/s; {result['chains_verified']} chains verify."
    )
    say(result, as_json=as_json, words=words)
    if walked.refusals or report.breaks:
        raise typer.Exit(1)


def _walk(office: Office, retelling: Retelling) -> Walked:
    from routing.actions.import_case import prepare_import
    from routing.settings import IN_PROCESS_BROKER
    from workers.replay import replay as walk_through
    from workers.replay import require_same_log

    # The log's desks have to be known before somebody serves them.
    require_same_log(office, retelling)
    are_new = prepare_import(office, retelling.cast).brought_desks
    if are_new and office.settings.broker != IN_PROCESS_BROKER:
        seconds = office.settings.desk_refresh_seconds
        tell(f"New desks: giving the workers {seconds:g} s to find them.")
        time.sleep(seconds)
    with open_courier(office):
        return walk_through(office, retelling, progress=_tell_progress)


def _tell_progress(walked: Walked) -> None:
    tell(f"{walked.cases} cases, {walked.moves} moves ...")
