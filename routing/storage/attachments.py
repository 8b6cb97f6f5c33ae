"""Which papers an application has: rows, written by the pen; the files themselves are the vault's."""

from __future__ import annotations

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.attachment import Attachment
from routing.storage.tables import attachments

_FIELDS = tuple(Attachment.__dataclass_fields__)
_INSERT = sa.insert(attachments)
_NAMED = sa.select(sa.literal(1)).where(attachments.c.sha256 == sa.bindparam("sha256")).limit(1)
_OF_APPLICATION = (
    sa.select(*(attachments.c[name] for name in _FIELDS))
    .where(attachments.c.application_id == sa.bindparam("id"))
    .order_by(attachments.c.no)
)


def load(connection: Connection, application_id: int) -> list[Attachment]:
    """The papers of an application, in the order in which they were attached."""
    return [Attachment(**row._mapping) for row in connection.execute(_OF_APPLICATION, {"id": application_id})]  # noqa: SLF001 - SQLAlchemy's public name for the row as a mapping


def is_named(connection: Connection, sha256: str) -> bool:
    """Whether some application has a paper with this content."""
    return connection.execute(_NAMED, {"sha256": sha256}).first() is not None


def insert(connection: Connection, new: Sequence[Attachment]) -> None:
    """New papers; (application, no) is unique, so nothing can be attached twice under one number."""
    if new:
        connection.execute(_INSERT, [{name: getattr(one, name) for name in _FIELDS} for one in new])
