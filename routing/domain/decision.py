"""What somebody says at a visit, as it was said; what it changes is ``moves``'."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from routing.domain.defects import Defect


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What somebody says at a visit."""

    decision: str
    #: the visit it is said at; None: the only open one, or the only one where this person decides
    visit: int | None = None
    #: free text; kept beside the log, its keyed digest in it
    reason: str = ""
    #: reasons chosen from the decision's list
    reasons: tuple[str, ...] = ()
    #: requirements to be repaired
    requirements: tuple[str, ...] = ()
    #: the same with what is wrong with each, and what to repair
    defects: tuple[Defect, ...] = ()
    #: what the decision collects, as it was typed
    findings: Mapping[str, object] = field(default_factory=dict)
    #: the desk the document goes to, where the next step can be done at several
    next_desk: str | None = None
    #: the role it is said in, by somebody who holds several; None: the first that may
    role: str | None = None
    #: the version the person was looking at; None: not checked
    seen_version: int | None = None

    @property
    def has_words(self) -> bool:
        """Whether there is free text in it, whose digest the log keeps."""
        return bool(self.reason or any(defect.reason or defect.repair for defect in self.defects))
