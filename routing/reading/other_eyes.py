"""Is everybody barred who could decide at a place: by what they decided before (four eyes), or as the applicant?

Asked of single applications, so only where nobody at the place is free by what the place alone says.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import sqlalchemy as sa

from routing.domain.onward import decisions_asked_for
from routing.domain.workflow import Step, Workflow
from routing.storage.tables import applications, visits

_PAST = visits.alias("past")


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody who holds a role at a desk."""

    code: str
    #: of their own NIK; None: not known
    nik_index: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Barred:
    """Whose applications are meant, and which role would help somebody else."""

    clause: sa.ColumnElement[bool]
    roles: tuple[str, ...]


def barred(
    workflow: Workflow, step: str, origin: str | None, possible: Collection[str], held: Mapping[str, Collection[Holder]]
) -> Barred | None:
    """None: somebody is there whom nothing bars. ``held``: by role, who holds it at the desk."""
    here = workflow.steps[step]
    asked = decisions_asked_for(workflow, step, origin, tuple(possible))
    by_holder: dict[Holder, list[tuple[str, ...]]] = {}
    for decision in asked:
        for holder in {one for role in _roles(here, decision) for one in held.get(role, ())}:
            by_holder.setdefault(holder, []).append(here.decisions[decision].not_by)
    clauses = [_is_barred(holder, not_by) for holder, not_by in by_holder.items()]
    if not clauses or any(clause is None for clause in clauses):
        return None
    roles = tuple(dict.fromkeys(role for decision in asked for role in _roles(here, decision)))
    return Barred(clause=sa.and_(*(clause for clause in clauses if clause is not None)), roles=roles)


def _is_barred(holder: Holder, guards: Iterable[tuple[str, ...]]) -> sa.ColumnElement[bool] | None:
    """Nothing of what they could say is left to them; ``guards``: of each, the steps it takes other eyes than."""
    guards = list(guards)
    said = None if not all(guards) else sa.and_(*(_decided(holder.code, steps) for steps in guards))
    own = applications.c.applicant_index == holder.nik_index if holder.nik_index is not None else None
    known = [one for one in (said, own) if one is not None]
    return sa.or_(*known) if known else None


def _decided(code: str, steps: tuple[str, ...]) -> sa.ColumnElement[bool]:
    return (
        sa.select(sa.literal(1))
        .where(
            _PAST.c.application_id == applications.c.id,
            _PAST.c.closed_at.is_not(None),
            _PAST.c.decided_by == code,
            _PAST.c.step.in_(steps),
        )
        .correlate(applications)
        .exists()
    )


def _roles(step: Step, decision: str) -> tuple[str, ...]:
    return step.decisions[decision].roles or step.roles
