"""An export of the log is an entry of the office itself: who carried out what, how much of it, and its checksum."""

from __future__ import annotations

from collections.abc import Mapping

from routing.office import Office

#: The kind of the office entry.
EXPORTED = "exported"


def note_export(
    office: Office, *, actor: str, plan: Mapping[str, str | bool | None], entries: int, checksum: str | None
) -> None:
    """Written before anything leaves the house; ``checksum``: none of what goes to standard output."""
    asked = {name: value for name, value in plan.items() if value is not None}
    facts = {"export": asked, "entries": entries, "sha256": checksum}
    with office.transaction() as tx:
        told = {name: fact for name, fact in facts.items() if fact is not None}
        tx.office_log.append(kind=EXPORTED, actor=actor, at=office.now(), facts=told)
