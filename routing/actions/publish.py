"""Puts the office's units, desks and roles, and its workflow versions, into force."""

from __future__ import annotations

from collections.abc import Sequence

from routing.domain.desks import Desk, Role, Unit
from routing.domain.workflow import Workflow
from routing.office import Office


def publish_office(office: Office, units: Sequence[Unit], desks: Sequence[Desk], roles: Sequence[Role]) -> None:
    """Makes these units, desks and roles known; those already known are renamed, none is taken away."""
    with office.transaction() as tx:
        tx.published.put_units(units)
        tx.published.put_roles(roles)
        tx.published.put_desks(desks)


def publish(office: Office, workflow: Workflow, *, by: str) -> bool:
    """Puts the (checked) workflow version into force; False: it was already. Open applications keep theirs."""
    with office.transaction() as tx:
        return tx.published.publish(workflow, by=by, at=office.now())
