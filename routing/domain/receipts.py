"""What is answered once: a request that names itself by a key, and the answer that is kept for when it comes again.

Values only. That the answer is written in the same transaction as what it tells of is ``office.only_once``.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from routing.domain.application import Application
from routing.domain.errors import Kind, Refusal
from routing.domain.visits import Visit


class IdempotencyKeyReused(Refusal):
    """This Idempotency-Key has been used for another request. Use a new key for each thing that is to be done."""

    code = "idempotency_key_reused"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class Once:
    """A request as it is known again; neither its key nor its words can be read from it."""

    #: another person's key is another key
    person_id: int
    #: the digest of the key
    key: str
    #: the digest of what is asked, keyed by the key itself
    fingerprint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """The answer to everything that changes an application: how it stands afterwards."""

    number: str
    tracking_code: str
    version: int
    step: str
    outcome: str | None
    #: where it lies or is on its way to; none: it has ended
    desks: tuple[str, ...]
    #: the signed receipt of its entry in the log; None: nothing was written
    log_receipt: str | None = None

    @property
    def text(self) -> str:
        """The receipt as it is kept and sent, byte by byte."""
        said: dict[str, Any] = {name: getattr(self, name) for name in Receipt.__dataclass_fields__}
        return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def receipt(application: Application, open_visits: Sequence[Visit], log_receipt: str | None = None) -> Receipt:
    """The receipt for an application as it stands, with that of its entry in the log."""
    return Receipt(
        number=application.number,
        tracking_code=application.tracking_code,
        version=application.version,
        step=application.step,
        outcome=application.outcome.value if application.outcome is not None else None,
        desks=tuple(visit.desk for visit in open_visits),
        log_receipt=log_receipt,
    )


def receipt_from(text: str) -> Receipt:
    """The receipt that was kept."""
    said = json.loads(text)
    return Receipt(**said | {"desks": tuple(said["desks"])})
