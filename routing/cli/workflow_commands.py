"""``satuatap workflow``: the files that describe the routes are checked, published, or derived from a log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell
from routing.cli.scenario_command import play_scenarios
from routing.cli.try_command import try_version

if TYPE_CHECKING:
    from routing.domain.imported_log import Retelling

app = typer.Typer(help="The routes of the services: check, publish, or discover them in a log.", no_args_is_help=True)
app.command("test")(play_scenarios)
app.command("try")(try_version)


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]", help="Workflow files. Absent: all of the office."),
    ] = None,
    office: Annotated[
        Path | None,
        typer.Option(metavar="DIR", help="Folder of units, desks and roles. Absent: office/ beside the first file."),
    ] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Check workflow files: exit 0 when they are good, 1 with one line a finding when not."""
    from routing.catalogue.workflow_files import check_files, default_folder, workflow_paths
    from routing.settings import load_settings

    # No data is touched; the option is taken because every command takes it.
    folder = load_settings(data).workflows or default_folder()
    paths = tuple(files) if files else workflow_paths(folder)
    beside = paths[0].parent / "office" if paths else folder / "office"
    findings = check_files(paths, office or (beside if beside.is_dir() else folder / "office"))
    if as_json:
        said = {"files": len(paths), "findings": [finding.as_json() for finding in findings]}
        typer.echo(json.dumps(said, ensure_ascii=False))
    else:
        for finding in findings:
            typer.echo(str(finding))
    typer.echo(f"{len(paths)} workflow file(s) checked, {len(findings)} finding(s).", err=True)
    if findings:
        raise typer.Exit(1)


@app.command()
def publish(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="[FILES]", help="Workflow files. Absent: all of the office.")
    ] = None,
    by: Annotated[str, typer.Option(help="Who publishes, for the record.")] = "command line",
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put the office's desks and these routes into force; open applications keep the version they started under."""
    from routing.cli.publishing import publish_files

    with open_office(data, needs_key=False) as office:
        outcome = publish_files(office, tuple(files) if files else None, by=by)
    for finding in outcome.findings:
        tell(str(finding))
    words = "\n".join([*(f"published: {code}" for code in outcome.published),
                       *(f"already in force: {code}" for code in outcome.unchanged),
                       *(f"refused: {name}" for name in outcome.refused)])  # fmt: skip
    say(outcome.as_json(), as_json=as_json, words=words or "nothing to publish")
    if outcome.refused:
        raise typer.Exit(1)


@app.command()
def schema(data: DataOption = None, as_json: JsonOption = False) -> None:
    """Print the JSON Schema of workflow files, with which an editor completes and checks them."""
    del data, as_json  # It is JSON in any case, and touches no data.
    from routing.catalogue.language_schema import language_schema

    typer.echo(json.dumps(language_schema(), ensure_ascii=False, indent=1))


@app.command()
def discover(
    log: Annotated[Path, typer.Argument(metavar="LOG.xes", help="An event log in XES, packed or not.")],
    service: Annotated[str | None, typer.Option(help="Code of the service. Absent: from the file's name.")] = None,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Print the route a log tells of, in the language of workflows/. Touches no data."""
    del data
    from routing.catalogue.workflow_files import dump_workflow

    workflow = retelling_of(log, service).cast.workflow
    say(
        workflow.model_dump(mode="json", exclude_defaults=True), as_json=as_json, words=dump_workflow(workflow).rstrip()
    )


def retelling_of(log: Path, service: str | None) -> Retelling:
    """The log, read whole before anything is written. Raises BrokenLog, UnreadableFile, MalformedField."""
    import re

    from routing.domain.errors import MalformedField
    from routing.formats.xes_reader import read_xes
    from routing.workshop.discover import retell, service_code

    if service is not None and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,59}", service):
        way_out = "Use up to 60 lower-case letters, digits and hyphens."
        raise MalformedField(field="--service", problem=f"{service} is not a code", way_out=way_out)
    read = read_xes(log)
    if not any(case.events for case in read.cases):
        raise MalformedField(field=str(log), problem="it has no event", way_out="Give a log with at least one event.")
    return retell(read, service=service or service_code(log.name))
