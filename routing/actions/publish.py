"""Puts the office's units, desks and roles, and its workflow versions, into force."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from routing.domain.desks import Desk, Role, Unit
from routing.domain.errors import AlreadyThere
from routing.domain.phrases import Phrase
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.storage.database import AlreadyWritten

_Result = TypeVar("_Result")


def publish_office(office: Office, units: Sequence[Unit], desks: Sequence[Desk], roles: Sequence[Role]) -> None:
    """Makes these units, desks and roles known; those already known are renamed, none is taken away."""

    def put() -> None:
        with office.transaction() as tx:
            tx.published.put_units(units)
            tx.published.put_roles(roles)
            tx.published.put_desks(desks)

    _once_more_if_beaten(put)


def publish(office: Office, workflow: Workflow, *, by: str) -> bool:
    """Puts the (checked) workflow version into force; False: it was already. Open applications keep theirs.

    Raises AlreadyThere where the service in force came from a log and this one did not, or the other way round.
    """

    def put() -> bool:
        with office.transaction() as tx:
            current = tx.published.in_force().get(workflow.service)
            if current == workflow.content_hash:
                return False  # At every start, for every service: its rules need not be set up to say so.
            if current is not None and office.rule_book(current, tx).workflow.imported_from != workflow.imported_from:
                raise AlreadyThere(thing=Phrase("Service"), name=workflow.service)
            return tx.published.publish(workflow, by=by, at=office.now())

    return _once_more_if_beaten(put)


def _once_more_if_beaten(put: Callable[[], _Result]) -> _Result:
    """Two processes that start at once publish the same: who was second finds it there the next time."""
    try:
        return put()
    except AlreadyWritten:
        return put()
