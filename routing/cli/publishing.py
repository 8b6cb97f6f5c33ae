"""Publishes what stands in workflow files: for ``up`` at every start, and for ``workflow publish``."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from routing.actions.publish import publish, publish_office
from routing.catalogue.findings import Finding, shown
from routing.catalogue.office_files import read_office
from routing.catalogue.workflow_files import check_files, default_folder, read_workflow, workflow_paths
from routing.domain.errors import AlreadyThere
from routing.domain.workflow import Workflow
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
    office_folder = beside if beside.is_dir() else folder / "office"
    plan, office_findings = read_office(office_folder)
    if plan is None:
        return PublishOutcome(refused=tuple(path.name for path in paths) or ("office",), findings=office_findings)
    publish_office(office, plan.units, plan.desks, plan.roles)
    published: list[str] = []
    unchanged: list[str] = []
    refused: list[str] = []
    findings = list(office_findings)
    # A file that was named twice is one file.
    read = {path: read_workflow(path, plan) for path in paths}
    twice = _described_twice(read)
    if twice:
        findings += [one for one in check_files(read, office_folder) if one.code == "duplicate-service"]
    for path, (workflow, found) in read.items():
        findings += found
        if workflow is None or workflow.service in twice:
            refused.append(path.name)
            continue
        try:
            is_new = publish(office, workflow, by=by)
        except AlreadyThere:
            findings.append(_from_a_log(path, workflow.service))
            refused.append(path.name)
        else:
            (published if is_new else unchanged).append(workflow.service)
    return PublishOutcome(
        published=tuple(published), unchanged=tuple(unchanged), refused=tuple(refused), findings=tuple(findings)
    )


def _described_twice(read: Mapping[Path, tuple[Workflow | None, tuple[Finding, ...]]]) -> set[str]:
    """Services of more than one file: which of them is meant, only the office knows."""
    counted = Counter(workflow.service for workflow, _ in read.values() if workflow is not None)
    return {service for service, count in counted.items() if count > 1}


def _from_a_log(path: Path, service: str) -> Finding:
    return Finding(
        file=str(path),
        line=1,
        code="imported-service",
        problem=f"The service {shown(service)} is in force with the route of a log.",
        way_out="Give this one another code, or use another data folder than the log's.",
    )
