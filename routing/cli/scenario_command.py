"""``satuatap workflow test``: are the services what their scenarios say they are?"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, say, tell

if TYPE_CHECKING:
    from routing.workshop.rehearsal import Rehearsal


def play_scenarios(
    named: Annotated[
        list[str] | None,
        typer.Argument(metavar="[FILES|SERVICES]", help="Routes, scenario files or services. Absent: all."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Play the scenarios of services on a throwaway database: exit 0 when all pass and all of the routes is gone
    through, 1 when not.
    """
    from routing.catalogue.workflow_files import default_folder
    from routing.settings import load_settings
    from routing.workshop.rehearsal import Rehearsal, pieces_named, rehearse

    settings = load_settings(data)
    pieces, astray = pieces_named(named or (), settings.workflows or default_folder())
    played = rehearse(pieces, settings)
    rehearsal = Rehearsal(reports=played.reports, findings=(*astray, *played.findings))
    said = {
        "services": [report.as_json() for report in rehearsal.reports],
        "findings": [finding.as_json() for finding in rehearsal.findings],
    }
    say(said, as_json=as_json, words=_words(rehearsal))
    scenarios = sum(report.scenarios for report in rehearsal.reports)
    passed = sum(report.passed for report in rehearsal.reports)
    tell(f"{len(rehearsal.reports)} service(s), {scenarios} scenario(s), {passed} passed, "
         f"{len(rehearsal.findings)} finding(s).")  # fmt: skip
    if not rehearsal.is_good:
        raise typer.Exit(1)


def _words(rehearsal: Rehearsal) -> str:
    lines = [str(finding) for finding in rehearsal.findings]
    lines += [str(failure) for report in rehearsal.reports for failure in report.failures]
    width = max((len(report.service) for report in rehearsal.reports), default=0)
    lines.append(f"{'service':{max(width, 7)}}  scenarios  passed  coverage")
    for report in rehearsal.reports:
        line = f"{report.service:{max(width, 7)}}  {report.scenarios:9}  {report.passed:6}  {report.coverage:6} %"
        missing = f"  never: {', '.join(report.missing)}" if report.missing else ""
        lines.append(line + missing)
    return "\n".join(lines)
