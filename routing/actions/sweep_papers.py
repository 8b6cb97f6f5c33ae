"""What broken uploads left behind is taken away: halves of files, and papers that no application has."""

from __future__ import annotations

import logging

from routing.office import Office
from routing.storage.transaction import Transaction

_log = logging.getLogger(__name__)


def sweep_papers(office: Office, *, at_once: bool = False) -> int:
    """How many files were taken away; ``at_once``: however new they are. Safe at any time, beside uploads, twice.

    On a machine without the folder of papers there is nothing to do.
    """
    if not office.papers.folder.is_dir():
        return 0

    def is_named(sha256: str) -> bool:
        with office.reading() as connection:
            return Transaction(connection).names_paper(sha256)

    if at_once:
        swept = office.papers.sweep_uploads(older_than=0) + office.papers.sweep_papers(is_named, older_than=0)
    else:
        swept = office.papers.sweep_uploads() + office.papers.sweep_papers(is_named)
    if swept:
        _log.info("left-over files were taken away", extra={"action": "sweep-papers", "count": swept})
    return swept
