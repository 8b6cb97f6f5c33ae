"""What an entry can be found by beside its columns: its decision, how the application ended with it, its reasons.

Read from the hashed bytes and the route of their time. Whatever is not a plain code is passed over: an entry somebody
slipped in must be found by its columns all the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from routing.domain.workflow import Workflow

_LONGEST = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryFacets:
    """What one entry is found by."""

    decision: str | None = None
    #: how the application ended with it; None: it did not
    outcome: str | None = None
    #: codes, each once: chosen from the decision's list, why the time stands still, why data was destroyed
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexState:
    """How far the index has come."""

    mark: int = 0
    #: when all entries were last looked through; None: not yet
    swept_at: datetime | None = None
    #: whatever was committed before is in it; None: it is being built
    complete_at: datetime | None = None


def facets_of(said: Mapping[str, Any] | None, workflow: Workflow) -> EntryFacets:
    """What an entry that says this is found by; ``workflow``: the route the application followed then."""
    said = said or {}
    target = _code(said.get("to"))
    end = workflow.ends.get(target) if target is not None else None
    chosen = said.get("reasons")
    named = [*(chosen if isinstance(chosen, list) else ()), said.get("pause")]
    if said.get("kind") == "key-destroyed":
        named.append(said.get("basis"))
    return EntryFacets(
        decision=_code(said.get("decision")),
        outcome=end.outcome.value if end is not None else None,
        reasons=tuple(dict.fromkeys(code for one in named if (code := _code(one)) is not None)),
    )


def _code(value: Any) -> str | None:
    is_one = isinstance(value, str) and 0 < len(value) <= _LONGEST and value.isprintable() and " " not in value
    return value if is_one else None
