"""Reads and writes the files of routes: one service a file, directly in ``workflows/``."""

from __future__ import annotations

from collections.abc import Iterable
from io import StringIO
from pathlib import Path

import yaml

import routing
from routing.catalogue.checker import check_workflow
from routing.catalogue.findings import Finding, instead_of, shown
from routing.catalogue.model_findings import parse_as
from routing.catalogue.office_files import OfficePlan, read_office
from routing.catalogue.yaml_source import YamlSource, read_yaml
from routing.domain.service_standard import completed
from routing.domain.workflow import Workflow

_DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
#: Tables with these keys and nothing else are written on one line.
_LABEL = {"id", "en"}
#: Up to so many characters a label or a list of codes stays on one line.
_ONE_LINE = 90


def default_folder() -> Path:
    """The program's own ``workflows/``: inside an installed package, or at the top of a checkout."""
    package = Path(routing.__file__).parent
    installed = package / "workflows"
    return installed if installed.is_dir() else package.parent / "workflows"


def workflow_paths(folder: Path) -> tuple[Path, ...]:
    """The workflow files of a folder, by name."""
    return tuple(sorted(path for path in folder.glob("*.yaml") if path.is_file()))


def read_workflow(path: Path, office: OfficePlan | None) -> tuple[Workflow | None, tuple[Finding, ...]]:
    """The route in that file, or None and everything that is wrong with it.

    Without an office, what only the office knows (desks, roles, units) stays unchecked.
    """
    source, findings = read_yaml(path)
    if source is None:
        return None, findings
    workflow, more = _checked(source, office)
    findings += more
    return (None, findings) if findings else (workflow, ())


def check_files(paths: Iterable[Path], office_folder: Path) -> tuple[Finding, ...]:
    """Everything that is wrong in these workflow files and in the office files they rely on."""
    office, findings = read_office(office_folder)
    first_file: dict[str, str] = {}
    referrals: list[tuple[YamlSource, str, str]] = []
    for path in paths:
        source, wrong = read_yaml(path)
        findings += wrong
        if source is None:
            continue
        workflow, wrong = _checked(source, office)
        findings += wrong
        if workflow is None:
            continue
        earlier = first_file.setdefault(workflow.service, source.file)
        if earlier != source.file:
            findings += (_second_file(source, workflow.service, earlier),)
        referrals += [(source, code, end.refers_to) for code, end in workflow.ends.items() if end.refers_to]
    return findings + _unknown_referrals(referrals, first_file)


def dump_workflow(workflow: Workflow) -> str:
    """The route as a file of our language; reads back as an equal ``Workflow``."""
    node = _node(workflow.model_dump(mode="json", exclude_defaults=True))
    written = StringIO()
    yaml.serialize(node, written, Dumper=_DUMPER, allow_unicode=True, width=10_000)
    return written.getvalue()


def _checked(source: YamlSource, office: OfficePlan | None) -> tuple[Workflow | None, tuple[Finding, ...]]:
    """The route as far as it can be read, and what is wrong with it."""
    workflow, findings = parse_as(source, Workflow)
    if workflow is not None:
        if office is not None and workflow.imported_from is None:
            workflow = workflow.model_copy(update={"standard": completed(workflow.standard, office.standard)})
        findings += check_workflow(workflow, office, file=source.file, locate=source.place_of)
    return workflow, findings


def _unknown_referrals(referrals: Iterable[tuple[YamlSource, str, str]], checked: Iterable[str]) -> tuple[Finding, ...]:
    """Ends that refer to a service that neither was checked nor stands beside the file."""
    known = set(checked)
    findings = []
    for source, end, service in referrals:
        if service in known:
            continue
        beside = {name for path in workflow_paths(Path(source.file).parent) if (name := _service_in(path))}
        if service not in beside:
            line, column = source.place_of(("ends", end, "refers_to"))
            problem = f"{shown(end)} refers to the service {shown(service)}, which is in no file here."
            way_out = instead_of(service, sorted(known | beside), otherwise="Or write that service first.")
            findings.append(
                Finding(
                    file=source.file, line=line, column=column, code="unknown-service", problem=problem, way_out=way_out
                )
            )
    return tuple(findings)


def _service_in(path: Path) -> str | None:
    """The service of a file, good or bad."""
    source, _ = read_yaml(path)
    service = source.value.get("service") if source is not None and isinstance(source.value, dict) else None
    return service if isinstance(service, str) else None


def _second_file(source: YamlSource, service: str, earlier: str) -> Finding:
    line, column = source.place_of(("service",))
    return Finding(
        file=source.file,
        line=line,
        column=column,
        code="duplicate-service",
        problem=f"The service {shown(service)} is described in {earlier} already.",
        way_out="Give this one another code, or remove one of the files.",
    )


def _is_short(parts: Iterable[object]) -> bool:
    return sum(len(str(part)) for part in parts) <= _ONE_LINE


def _node(value: object) -> yaml.Node:
    """The value as a tree the library can print; labels and short lists on one line."""
    if isinstance(value, dict):
        pairs = [(_node(key), _node(part)) for key, part in value.items()]
        return yaml.MappingNode(
            "tag:yaml.org,2002:map", pairs, flow_style=value.keys() == _LABEL and _is_short(value.values())
        )
    if isinstance(value, list):
        parts = [_node(part) for part in value]
        return yaml.SequenceNode("tag:yaml.org,2002:seq", parts, flow_style=_is_short(value))
    if isinstance(value, bool):
        return yaml.ScalarNode("tag:yaml.org,2002:bool", "true" if value else "false")
    if isinstance(value, int):
        return yaml.ScalarNode("tag:yaml.org,2002:int", str(value))
    if isinstance(value, float):
        return yaml.ScalarNode("tag:yaml.org,2002:float", format(value, "f"))
    return yaml.ScalarNode("tag:yaml.org,2002:str", str(value))
