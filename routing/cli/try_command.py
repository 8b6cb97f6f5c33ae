"""``satuatap workflow try``: what would be otherwise if this version were published?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from routing.cli.opening import DataOption, JsonOption, open_office, say, tell

if TYPE_CHECKING:
    from routing.workshop.open_cases import OpenCase
    from routing.workshop.try_out import TryOut

#: So many of each are printed in words; --json prints all.
_MOST_PRINTED = 50
#: What is said of an open application, by the name of what changes.
_CHANGES = {
    "no_place": "no place: {}",
    "gone": "not possible any more: {}",
    "added": "newly possible: {}",
    "elsewhere": "leads elsewhere: {}",
    "owed": "newly owed: {}",
    "due": "due: {}",
}


def try_version(
    file: Annotated[Path, typer.Argument(metavar="NEW.yaml", help="The new version of a route.")],
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a new version against every open application and every past decision of the service; changes nothing."""
    from routing.catalogue.office_files import read_office
    from routing.catalogue.workflow_files import default_folder, read_workflow
    from routing.workshop.try_out import try_out

    with open_office(data, needs_key=False) as office:
        beside = file.parent / "office"
        folder = office.settings.workflows or default_folder()
        plan, findings = read_office(beside if beside.is_dir() else folder / "office")
        workflow, wrong = read_workflow(file, plan) if plan is not None else (None, ())
        if workflow is None:
            found = (*findings, *wrong)
            said = {"findings": [finding.as_json() for finding in found]}
            say(said, as_json=as_json, words="\n".join(map(str, found)))
            raise typer.Exit(1)
        report = try_out(office, workflow)
    say(report.as_json(), as_json=as_json, words="\n".join(_words(report)))
    if not report.applications:
        tell(f"There is no application of {report.service} here yet.")


def _words(report: TryOut) -> Iterator[str]:
    for case in report.cases[:_MOST_PRINTED]:
        yield f"{case.number} at {case.step}: {'; '.join(_changes(case))}"
    yield from _rest(report.changed, "open applications")
    for one in report.differences[:_MOST_PRINTED]:
        day = one.at.date().isoformat()
        yield f"{one.number} {day} {one.step}/{one.decision}: {one.kind}: {one.would_be} instead of {one.was}"
    yield from _rest(report.differing.total(), "moves")
    yield (
        f"{report.open_applications} open application(s): {report.changed} would change, "
        f"{report.without_place} have no place in it."
    )
    kinds = ", ".join(f"{count} {kind}" for kind, count in report.differing.most_common())
    yield f"{report.moves} past move(s): {report.differing.total()} would differ{f' ({kinds})' if kinds else ''}."


def _changes(case: OpenCase) -> Iterator[str]:
    for name, words in _CHANGES.items():
        said = getattr(case, name)
        if said:
            yield words.format(", ".join(said))
    if case.promise is not None:
        yield f"promise: {case.promise}"


def _rest(count: int, what: str) -> Iterator[str]:
    if count > _MOST_PRINTED:
        yield f"... and {count - _MOST_PRINTED} more {what}; --json lists them."
