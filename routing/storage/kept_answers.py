"""Answers kept for requests that come again, as rows beside what they tell of."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.receipts import IdempotencyKeyReused, Once
from routing.storage.tables import kept_answers

_THIS = (kept_answers.c.person_id == sa.bindparam("b_person_id")) & (kept_answers.c.key == sa.bindparam("b_key"))
_EARLIER = sa.select(kept_answers.c.fingerprint, kept_answers.c.answer).where(_THIS)
_TAKE_KEY = sa.insert(kept_answers)
_KEEP = sa.update(kept_answers).where(_THIS).values(answer=sa.bindparam("b_answer"))


class KeptAnswers:
    """Kept answers, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def earlier(self, once: Once) -> str | None:
        """The answer this request has had. Raises IdempotencyKeyReused where another request had the key."""
        row = self._connection.execute(_EARLIER, _named(once)).first()
        if row is None:
            return None
        if row.fingerprint != once.fingerprint:
            raise IdempotencyKeyReused
        return str(row.answer)

    def has(self, person_id: int, key: str) -> bool:
        """Whether this person's key (its digest) has had an answer, whatever was asked."""
        wanted = sa.select(kept_answers.c.key).where(kept_answers.c.person_id == person_id, kept_answers.c.key == key)
        return self._connection.execute(wanted).first() is not None

    def take_key(self, once: Once, at: datetime) -> None:
        """Takes the key for this transaction; whoever brings it meanwhile waits, and is told AlreadyWritten."""
        row = {"person_id": once.person_id, "key": once.key, "fingerprint": once.fingerprint, "answer": "", "at": at}
        self._connection.execute(_TAKE_KEY, row)

    def keep(self, once: Once, answer: str) -> None:
        """Keeps the answer under the key that was taken."""
        self._connection.execute(_KEEP, _named(once) | {"b_answer": answer})

    def forget_before(self, at: datetime) -> int:
        """Forgets answers given before that moment; gives how many."""
        return self._connection.execute(sa.delete(kept_answers).where(kept_answers.c.at < at)).rowcount


def _named(once: Once) -> dict[str, object]:
    return {"b_person_id": once.person_id, "b_key": once.key}
