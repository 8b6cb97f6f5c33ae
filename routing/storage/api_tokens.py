"""Tokens as rows. A secret is looked for by its hash; nobody can read one back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.api_tokens import ApiToken
from routing.storage.tables import api_tokens

_TOKEN = sa.select(*(api_tokens.c[name] for name in ApiToken.__dataclass_fields__))
_BY_HASH = _TOKEN.where(api_tokens.c.token_hash == sa.bindparam("token_hash"))
_OF_PERSON = _TOKEN.where(api_tokens.c.person_id == sa.bindparam("person_id")).order_by(api_tokens.c.id)
_TOUCH = sa.update(api_tokens).where(api_tokens.c.id == sa.bindparam("b_id")).values(used_at=sa.bindparam("b_used_at"))


class TokenBook:
    """Tokens, inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def with_hash(self, token_hash: str) -> ApiToken | None:
        """The token whose secret has this hash, in force or not."""
        row = self._connection.execute(_BY_HASH, {"token_hash": token_hash}).first()
        return None if row is None else ApiToken(**row._mapping)  # noqa: SLF001 - SQLAlchemy's public name

    def of_person(self, person_id: int) -> Sequence[ApiToken]:
        """Every token the account ever had, in the order they were made."""
        rows = self._connection.execute(_OF_PERSON, {"person_id": person_id})
        return [ApiToken(**row._mapping) for row in rows]  # noqa: SLF001 - as above

    def insert(self, *, token_hash: str, person_id: int, label: str, made_at: datetime, expires_at: datetime) -> int:
        """A new token; gives its id."""
        row = {
            "token_hash": token_hash,
            "person_id": person_id,
            "label": label,
            "made_at": made_at,
            "expires_at": expires_at,
        }
        return int(self._connection.execute(sa.insert(api_tokens).returning(api_tokens.c.id), row).scalar_one())

    def touch(self, token_id: int, at: datetime) -> None:
        """Remembers that the token was used."""
        self._connection.execute(_TOUCH, {"b_id": token_id, "b_used_at": at})

    def end(self, token_id: int, at: datetime) -> bool:
        """Ends the token; False: there is none of this id. One that has ended keeps the time it ended at."""
        found = sa.update(api_tokens).where(api_tokens.c.id == token_id)
        ended = found.values(ended_at=sa.func.coalesce(api_tokens.c.ended_at, sa.bindparam("b_at", at, unique=True)))
        return self._connection.execute(ended).rowcount > 0
