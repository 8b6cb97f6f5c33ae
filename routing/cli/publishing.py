"""Publishes what stands in workflow files: for ``up`` at every start, and for ``workflow publish``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.actions.publish import publish, publish_office
from routing.catalogue.findings import Finding
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import default_folder, read_workflow, workflow_paths
from routing.office import Office


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishOutcome:
    """What became of each file; where one was refused, the version in force stays."""

    published: tuple[str, ...] = ()
    unchanged: tuple[str, ...] = ()
    #: file names
    refused: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as JSON values."""
        return {
            "published": list(self.published),
            "unchanged": list(self.unchanged),
            "refused": list(self.refused),
            "findings": [finding.as_json() for finding in self.findings],
        }


def publish_files(office: Office, files: Sequence[Path] | None = None, *, by: str) -> PublishOutcome:
    """Publishes the office's units, desks and roles, then each good file; a bad one stops no other."""
    folder = office.settings.workflows or default_folder()
    paths = tuple(files) if files is not None else workflow_paths(folder)
    beside = paths[0].parent / "office" if paths else folder / "office"
    plan, office_findings = read_office(beside if beside.is_dir() else folder / "office")
    if plan is None:
        return PublishOutcome(refused=tuple(path.name for path in paths) or ("office",), findings=office_findings)
    publish_office(office, plan.units, plan.desks, plan.roles)
    published: list[str] = []
    unchanged: list[str] = []
    refused: list[str] = []
    findings = list(office_findings)
    for path in paths:
        workflow, found = read_workflow(path, plan)
        findings += found
        if workflow is None:
            refused.append(path.name)
        elif publish(office, workflow, by=by):
            published.append(workflow.service)
        else:
            unchanged.append(workflow.service)
    return PublishOutcome(
        published=tuple(published), unchanged=tuple(unchanged), refused=tuple(refused), findings=tuple(findings)
    )
