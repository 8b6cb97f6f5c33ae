"""The office's entries that say who the log is: begun, its key changed, begun anew."""

from __future__ import annotations

from routing.domain.log_identity import NAMING
from routing.domain.office_entries import OfficeEntry
from routing.office import Office
from routing.storage.transaction import Transaction


def naming_entries(office: Office) -> list[OfficeEntry]:
    """The oldest first."""
    with office.reading() as connection:
        return Transaction(connection).office_log.of_kind(*NAMING)
