"""The entries of an export one by one, each with what belongs to its application."""

from collections.abc import Iterator
from types import SimpleNamespace

from routing.office import Office
from routing.reading.log_export import ExportWanted, exported_applications


def export_entries(
    office: Office, *, service: str | None = None, everything: bool = False
) -> Iterator[SimpleNamespace]:
    """Decisions only, or everything."""
    for told in exported_applications(office, ExportWanted(service=service, everything=everything)):
        for entry in told.entries:
            yield SimpleNamespace(
                **entry._asdict(), number=told.number, case=told.case, service=told.service, facts=told.facts
            )
