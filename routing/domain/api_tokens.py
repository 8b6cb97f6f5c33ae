"""A token: what a program shows instead of signing in. It speaks for one account and can nothing that person cannot."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from routing.domain.errors import Kind, Refusal


class UnknownToken(Refusal):
    """There is no token {token}. The tokens of an account are listed by: satuatap account tokens CODE."""

    code = "unknown_token"
    kind = Kind.UNKNOWN


class AccountClosed(Refusal):
    """The account {person} is closed, and a token for it would open nothing. Name an open account."""

    code = "account_closed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiToken:
    """One token; its secret itself is not kept."""

    id: int
    person_id: int
    label: str
    made_at: datetime
    expires_at: datetime
    #: to the minute; None: never yet
    used_at: datetime | None = None
    #: ended before its time
    ended_at: datetime | None = None

    def is_in_force(self, at: datetime) -> bool:
        """Whether it opens anything at that moment."""
        return self.ended_at is None and at < self.expires_at
