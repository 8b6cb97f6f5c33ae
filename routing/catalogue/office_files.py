"""Reads an office's units, desks and roles, and what it says of all its services: files in ``workflows/office/``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Protocol, TypeVar

from routing.catalogue.findings import Finding, first_findings, instead_of, shown
from routing.catalogue.model_findings import parse_as, parse_list
from routing.catalogue.yaml_source import YamlSource, read_yaml
from routing.domain.desks import Desk, Role, Unit
from routing.domain.people import OFFICE_ROLES
from routing.domain.service_standard import OFFICE_COMPONENTS, Standard


@dataclass(frozen=True, kw_only=True)
class OfficePlan:
    """Who works where: the units, desks and roles of an office, in the order it lists them."""

    units: tuple[Unit, ...]
    desks: tuple[Desk, ...]
    roles: tuple[Role, ...]
    #: components of the service standard that are the same for every service
    standard: Standard = field(default_factory=Standard)

    @cached_property
    def unit_by_code(self) -> dict[str, Unit]:
        """The units by their codes."""
        return {unit.code: unit for unit in self.units}

    @cached_property
    def desk_by_code(self) -> dict[str, Desk]:
        """The desks by their codes."""
        return {desk.code: desk for desk in self.desks}

    @cached_property
    def role_by_code(self) -> dict[str, Role]:
        """The roles by their codes."""
        return {role.code: role for role in self.roles}


class _Coded(Protocol):
    @property
    def code(self) -> str: ...


_Kind = TypeVar("_Kind", bound=_Coded)


def read_office(folder: Path) -> tuple[OfficePlan | None, tuple[Finding, ...]]:
    """The office of that folder, or None and everything that is wrong in its files."""
    units, _, wrong_units = _read_list(folder / "units.yaml", Unit)
    desks, desk_source, wrong_desks = _read_list(folder / "desks.yaml", Desk)
    roles, role_source, wrong_roles = _read_list(folder / "roles.yaml", Role)
    standard, wrong_standard = _read_standard(folder / "standard.yaml")
    findings = [*wrong_units, *wrong_desks, *wrong_roles, *wrong_standard]
    if units is not None and desks is not None and desk_source is not None:
        findings += first_findings(_desks_without_unit(desk_source, desks, [unit.code for unit in units]))
    if roles is not None and role_source is not None:
        findings += _missing_roles(role_source, roles)
    if findings or units is None or desks is None or roles is None:
        return None, tuple(findings)
    return OfficePlan(units=units, desks=desks, roles=roles, standard=standard), ()


def _read_standard(path: Path) -> tuple[Standard, tuple[Finding, ...]]:
    """What the office says of all its services; it need not say anything, then each service does."""
    if not path.exists():
        return Standard(), ()
    source, findings = read_yaml(path)
    if source is None:
        return Standard(), findings
    standard, wrong = parse_as(source, Standard)
    findings += wrong
    if standard is None:
        return Standard(), findings
    for code in sorted(standard.model_fields_set.difference(OFFICE_COMPONENTS)):
        line, column = source.place_of_key((code,))
        problem = f"{shown(code)} is not the same for every service."
        way_out = "Write it below standard: in the file of each service."
        findings += (
            Finding(
                file=source.file, line=line, column=column, code="not-office-wide", problem=problem, way_out=way_out
            ),
        )
    return standard, findings


def _read_list(
    path: Path, kind: type[_Kind]
) -> tuple[tuple[_Kind, ...] | None, YamlSource | None, tuple[Finding, ...]]:
    source, findings = read_yaml(path)
    if source is None:
        return None, None, findings
    things, wrong = parse_list(source, kind)
    findings += wrong
    if things is not None:
        findings += first_findings(_duplicates(source, things))
    return things, source, findings


def _duplicates(source: YamlSource, things: Sequence[_Coded]) -> Iterator[Finding]:
    first: dict[str, int] = {}
    for position, thing in enumerate(things):
        line, column = source.place_of((position, "code"))
        if thing.code in first:
            yield Finding(
                file=source.file,
                line=line,
                column=column,
                code="duplicate-code",
                problem=f"{shown(thing.code)} is here a second time (first on line {first[thing.code]}).",
                way_out="Give one of them another code.",
            )
        first.setdefault(thing.code, line)


def _desks_without_unit(source: YamlSource, desks: Sequence[Desk], units: Sequence[str]) -> Iterator[Finding]:
    for position, desk in enumerate(desks):
        if desk.unit in units:
            continue
        line, column = source.place_of((position, "unit"))
        yield Finding(
            file=source.file,
            line=line,
            column=column,
            code="unknown-unit",
            problem=f"The desk {shown(desk.code)} names {shown(desk.unit)}, which is no unit of this office.",
            way_out=instead_of(desk.unit, units, otherwise="Or add the unit to units.yaml."),
        )


def _missing_roles(source: YamlSource, roles: Sequence[Role]) -> Iterator[Finding]:
    """The office-wide roles are the program's; here they only get their names on screen."""
    for role in sorted(OFFICE_ROLES - {role.code for role in roles}):
        yield Finding(
            file=source.file,
            line=1,
            column=1,
            code="missing-role",
            problem=f"The office-wide role {shown(role)} is not listed.",
            way_out="Add it with its label.",
        )
