"""Whoever came too late is told what happened meanwhile, by whom and when: read after the refusal, to tell it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fastapi import Request

from routing.domain.errors import HeldByAnother, Kind, Refusal
from routing.office import Office
from routing.reading.application_file import application_file
from routing.reading.history import Event, history
from routing.web.api.shapes import at_text

#: So many entries are gone through; who has missed more had better look again.
_MOST = 50


@contextmanager
def telling_meanwhile(request: Request, office: Office, number: str, seen: int | None = None) -> Iterator[None]:
    """Adds ``seen``, ``now`` and ``meanwhile`` to a refusal that others' moves brought about."""
    try:
        yield
    except Refusal as refusal:
        if refusal.kind in (Kind.STALE, Kind.IMPOSSIBLE):
            request.state.members = _members(office, number, seen, refusal)
        raise


def _members(office: Office, number: str, seen: int | None, refusal: Refusal) -> dict[str, object]:
    application = application_file(office, number).application
    events = history(office, application.id, with_notes=False, most=_MOST).events
    if seen is not None:
        # An entry from before entries said their version was there when anybody looked.
        missed = [event for event in events if event.version is not None and event.version > seen]
    else:
        wanted = {"claimed"} if isinstance(refusal, HeldByAnother) else {"decided", "withdrawn", "recalled"}
        missed = [event for event in events if event.kind in wanted][:1]
    members: dict[str, object] = {"now": application.version, "meanwhile": [_told(event) for event in reversed(missed)]}
    return members if seen is None else {"seen": seen, **members}


def _told(event: Event) -> dict[str, object]:
    return {
        "at": at_text(event.at),
        "actor": event.actor,
        "actor_name": event.actor_name,
        "kind": event.kind,
        "decision": event.decision_code,
        "desk": event.desk,
    }
