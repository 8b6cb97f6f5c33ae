"""Which HTTP status a no has: by its kind, or, where only a door of HTTP can say it, the one it names itself."""

from __future__ import annotations

from typing import ClassVar

from routing.domain.errors import Kind, Refusal

STATUS = {
    Kind.FORBIDDEN: 403,
    Kind.UNKNOWN: 404,
    Kind.MALFORMED: 422,
    Kind.IMPOSSIBLE: 409,
    Kind.STALE: 409,
    Kind.TOO_LARGE: 413,
    Kind.BUSY: 503,
}
#: When whoever got a 503 may come back.
RETRY_AFTER_SECONDS = 5


class AtTheDoor:
    """Stands beside ``Refusal`` among the bases of what the rules of the office know nothing of."""

    status: ClassVar[int]


def status_of(refusal: Refusal | type[Refusal]) -> int:
    """The status of this refusal, on pages and in the API alike."""
    kind = refusal if isinstance(refusal, type) else type(refusal)
    return kind.status if issubclass(kind, AtTheDoor) else STATUS[kind.kind]


def headers_of(refusal: Refusal) -> dict[str, str]:
    """What the status asks to be said with it: when to come back, and by what to be recognised."""
    status = status_of(refusal)
    if status in (429, 503):
        return {"Retry-After": str(refusal.facts.get("seconds", RETRY_AFTER_SECONDS))}
    return {"WWW-Authenticate": 'Bearer realm="satuatap"'} if status == 401 else {}
