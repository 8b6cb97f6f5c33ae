"""Which route a command means: a workflow file, a service in force, or a published version by its content hash."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from routing.cli.opening import open_office
from routing.domain.errors import Kind, Refusal

if TYPE_CHECKING:
    from routing.domain.desks import Label
    from routing.domain.workflow import Workflow
    from routing.office import Office

_HASH = re.compile(r"[0-9a-f]{12,64}")
_FILE_ENDINGS = (".yaml", ".yml")


class BrokenRoute(Refusal):
    """{file} holds no route that could be used: {problem} `satuatap workflow check` tells all that is wrong in it."""

    code = "broken_route"
    kind = Kind.MALFORMED


class UnknownVersion(Refusal):
    """No version with the content hash {version} has been published here. Publish it first, or give its workflow
    file.
    """

    code = "unknown_version"
    kind = Kind.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRoute:
    """A route, and what its desks are called where that is known."""

    #: as it was named
    name: str
    workflow: Workflow
    desks: dict[str, Label] = field(default_factory=dict)

    def desk_names(self, language: str) -> dict[str, str]:
        """What each desk is called on screen."""
        return {code: label.in_language(language) for code, label in self.desks.items()}


@contextmanager
def naming_routes(data: Path | None) -> Iterator[Callable[[str], NamedRoute]]:
    """Finds routes by name; the database is opened when the first is asked for that is no file."""
    opened: list[tuple[AbstractContextManager[Office], Office]] = []

    def find(name: str) -> NamedRoute:
        if is_file_name(name):
            return route_in_file(Path(name))
        if not opened:
            opening = open_office(data, needs_key=False)
            opened.append((opening, opening.__enter__()))
        return published_route(opened[0][1], name)

    try:
        yield find
    finally:
        for opening, _ in opened:
            opening.__exit__(None, None, None)


def is_file_name(name: str) -> bool:
    """Whether a file is meant; no service is called like one."""
    return name.endswith(_FILE_ENDINGS) or "/" in name or Path(name).is_file()


def route_in_file(path: Path) -> NamedRoute:
    """The route in that file. Raises BrokenRoute."""
    from routing.catalogue.office_files import read_office
    from routing.catalogue.workflow_files import default_folder, read_workflow
    from routing.domain.service_standard import completed
    from routing.settings import load_settings

    # Without its office: a route can be looked at before its desks are there.
    workflow, findings = read_workflow(path, None)
    if workflow is None:
        first = findings[0]
        more = f" ({len(findings) - 1} more)" if len(findings) > 1 else ""
        raise BrokenRoute(file=str(path), problem=f"line {first.line}: {first.problem}{more}")
    beside = path.parent / "office"
    plan, _ = read_office(beside if beside.is_dir() else (load_settings(None).workflows or default_folder()) / "office")
    if plan is None:
        return NamedRoute(name=str(path), workflow=workflow)
    if workflow.imported_from is None:
        # As it would be published: with the components of the standard that are the office's.
        workflow = workflow.model_copy(update={"standard": completed(workflow.standard, plan.standard)})
    return NamedRoute(name=str(path), workflow=workflow, desks={desk.code: desk.label for desk in plan.desks})


def published_route(office: Office, name: str) -> NamedRoute:
    """A service's route in force, or the version whose content hash begins so.

    Raises UnknownService, UnknownVersion.
    """
    from routing.reading.catalogue import directory, version_named

    if _HASH.fullmatch(name):
        workflow = version_named(office, name)
        if workflow is None:
            raise UnknownVersion(version=name)
    else:
        workflow = office.book_in_force(name).workflow
    with office.reading() as connection:
        desks = {code: desk.label for code, desk in directory(connection).desks.items()}
    return NamedRoute(name=name, workflow=workflow, desks=desks)
