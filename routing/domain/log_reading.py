"""Who asks the log is in the log: what an entry says of a search, an export or a download.

The question is told, never the answer. A log keeps what it is given for ever, so of what somebody typed only that goes
into it which the office knows anyway: a NIK typed into a filter must not.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from routing.domain.audit_chain import canonical

#: Somebody asked the log a question.
SEARCHED = "searched"
#: Entries left the office as a file.
EXPORTED = "exported"
#: A proof, a bundle or the like left it.
DOWNLOADED = "downloaded"
READS = (SEARCHED, EXPORTED, DOWNLOADED)
#: Whoever has the office's machine itself under their fingers; what it calls them proves nothing.
CONSOLE = "console"
#: Stands for what was typed and is unknown to the office.
UNKNOWN = "?"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """That somebody read the log."""

    kind: str
    #: the account, or ``CONSOLE``
    actor: str
    #: by which door: page, json, csv, api, command line
    way: str
    #: what was asked, normalised: name and value of each filter
    question: Mapping[str, str] = field(default_factory=dict)
    #: how many entries were found, as far as they were counted; None: not counted
    found: int | None = None
    #: there are more of them
    is_more: bool = False
    #: of a file that left the office: its checksum
    sha256: str | None = None
    #: the application it was about
    number: str | None = None
    #: the session or token it was asked with
    session: str = ""

    @property
    def facts(self) -> dict[str, Any]:
        """What its entry says."""
        return {
            "way": self.way,
            "question": dict(self.question),
            "found": self.found,
            "more": True if self.is_more else None,
            "number": self.number,
            "sha256": self.sha256,
        }

    def asked_once(self, day: date) -> bytes | None:
        """What tells the same question of the same session on one day from others; None: each time is noted."""
        if self.kind != SEARCHED:
            return None
        said = {"session": self.session, "actor": self.actor, "way": self.way, "day": day.isoformat()}
        return hashlib.sha256(canonical(said | {"question": dict(self.question)})).digest()
