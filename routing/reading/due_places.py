"""Where a page of what is due ends, as text for addresses and command lines. It gives no right, so it is not signed."""

from __future__ import annotations

from datetime import UTC, datetime

from routing.reading.due_queries import Place

#: The largest a column holds.
_MOST = (2**63, 2**31)


def place_text(place: Place | None) -> str | None:
    """The place; None: there is no next page."""
    return "/".join((place[0].astimezone(UTC).isoformat(), *map(str, place[1:]))) if place is not None else None


def place_in(said: str) -> Place | None:
    """The place; None: no page has ended so."""
    try:
        moment, application, visit = said.split("/")
        at = datetime.fromisoformat(moment)
        place = (at.astimezone(UTC), int(application), int(visit))
    except (ValueError, OverflowError):
        return None
    is_ours = at.tzinfo is not None and all(0 <= one < most for one, most in zip(place[1:], _MOST, strict=True))
    return place if is_ours else None
