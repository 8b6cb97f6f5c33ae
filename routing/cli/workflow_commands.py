"""``satuatap workflow check``: what is wrong in the files that describe the routes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="The routes of the services: check what is written in workflows/.", no_args_is_help=True
)


@app.callback()
def workflow() -> None:
    """Keep ``check`` a word of its own even while it is the only command."""


@app.command()
def check(
    files: Annotated[
        list[Path] | None,
        typer.Argument(metavar="[FILES]", help="Workflow files. Absent: all of the office."),
    ] = None,
    office: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder of units, desks and roles. Absent: office/ beside the first file."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check workflow files: exit 0 when they are good, 1 with one line a finding when not."""
    from routing.catalogue.workflow_files import check_files, default_folder, workflow_paths
    from routing.settings import load_settings

    folder = load_settings().workflows or default_folder()
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
