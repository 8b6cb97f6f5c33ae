"""What is personal, as rows: sealed, each application under a key of its own, which can be destroyed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.application import Particulars
from routing.domain.errors import Fault
from routing.domain.move import SignalAnswer
from routing.storage.tables import (
    application_keys,
    applications,
    attachments,
    master_keys,
    notes,
    particulars,
    signal_answers,
)
from routing.vault.personal_data import ApplicationKey, Vault

_INSERT_KEYS = sa.insert(application_keys)
_INSERT_PARTICULARS = sa.insert(particulars)
_INSERT_NOTE = sa.insert(notes)
_INSERT_ANSWER = sa.insert(signal_answers)
_WRAPPED = sa.select(application_keys.c.wrapped).where(application_keys.c.application_id == sa.bindparam("id"))
_WHO = sa.select(particulars.c.sealed).where(particulars.c.application_id == sa.bindparam("id"))
_ALL_WRAPPED = sa.select(application_keys).order_by(application_keys.c.application_id)
_has_no_key = ~sa.exists().where(application_keys.c.application_id == applications.c.id)
_LACKING = sa.select(applications.c.id).where(
    applications.c.id.in_(sa.bindparam("ids", expanding=True)), applications.c.erased_at.is_(None), _has_no_key
)
_WITHOUT_KEY = (
    sa.select(applications.c.number)
    .where(
        applications.c.erased_at.is_(None),
        _has_no_key,
        sa.exists().where(particulars.c.application_id == applications.c.id)
        | sa.exists().where(notes.c.application_id == applications.c.id),
    )
    .order_by(applications.c.number)
)
_AT_ONCE = 2_000
#: Whose rows go with an application's key; a new table of personal rows joins them here. A paper that no row names any
#: more is taken off the disk by the next sweep.
_PERSONAL = (notes, particulars, attachments, application_keys)


class PersonalBook:
    """Personal data, inside one transaction; the only place of storage that seals and opens."""

    def __init__(self, connection: Connection, vault: Callable[[Connection], Vault] | None) -> None:
        self._connection = connection
        self._open_vault = vault
        self._keys: dict[int, ApplicationKey] = {}

    @property
    def vault(self) -> Vault:
        """The office's vault. Raises MasterKeyUnusable."""
        if self._open_vault is None:
            message = "These books were opened without the vault."
            raise Fault(message)
        return self._open_vault(self._connection)

    def key_of(self, application_id: int) -> ApplicationKey | None:
        """The application's key; None: it has been destroyed. Raises SealBroken."""
        known = self._keys.get(application_id)
        if known is not None:
            return known
        wrapped = self._connection.execute(_WRAPPED, {"id": application_id}).scalar()
        if wrapped is None:
            return None
        self._keys[application_id] = self.vault.unwrap(application_id, bytes(wrapped))
        return self._keys[application_id]

    def who_applies(self, application_id: int) -> Particulars | None:
        """Who applies; None: imported without anybody, or erased. Raises SealBroken."""
        sealed = self._connection.execute(_WHO, {"id": application_id}).scalar()
        key = self.key_of(application_id) if sealed is not None else None
        return key.particulars(bytes(sealed)) if key is not None and sealed is not None else None

    def open_for(self, new: Sequence[tuple[int, bytes, Particulars | None]]) -> None:
        """Draws and keeps the keys of new applications (id, digest key, who applies) and seals who applies."""
        if not new:
            return
        vault = self.vault
        keys = [vault.new_key(application_id, digest_key) for application_id, digest_key, _ in new]
        self._connection.execute(
            _INSERT_KEYS, [{"application_id": key.application_id, "wrapped": vault.wrap(key)} for key in keys]
        )
        sealed = [
            {"application_id": key.application_id, "sealed": key.seal_particulars(who)}
            for key, (_, _, who) in zip(keys, new, strict=True)
            if who is not None
        ]
        if sealed:
            self._connection.execute(_INSERT_PARTICULARS, sealed)
        self._keys |= {key.application_id: key for key in keys}

    def keep_note(self, application_id: int, seq: int, text: str) -> None:
        """Free text, beside the entry it belongs to."""
        row = {
            "application_id": application_id,
            "seq": seq,
            "sealed": self._own_key(application_id).seal_note(seq, text),
        }
        self._connection.execute(_INSERT_NOTE, row)

    def keep_answer(self, application_id: int, answer: SignalAnswer, at: datetime) -> None:
        """What was answered to an integrity signal. Nobody deletes it: once the key is gone, nobody reads it either."""
        row = {name: getattr(answer, name) for name in ("seq", "signal", "about", "status", "by")}
        sealed = self._own_key(application_id).seal_answer(answer.seq, answer.text)
        self._connection.execute(_INSERT_ANSWER, row | {"application_id": application_id, "at": at, "sealed": sealed})

    def erase(self, application_id: int, at: datetime) -> None:
        """Destroys the application's key, and everything that was sealed with it."""
        self._keys.pop(application_id, None)
        for table in _PERSONAL:
            self._connection.execute(sa.delete(table).where(table.c.application_id == application_id))
        self._connection.execute(
            sa.update(applications)
            .where(applications.c.id == application_id)
            .values(applicant_index=None, erased_at=at)
        )

    def wrapped_keys(self) -> Iterator[tuple[int, bytes]]:
        """Every application's key as it is kept, wrapped by the master key."""
        for row in self._connection.execution_options(yield_per=_AT_ONCE).execute(_ALL_WRAPPED):
            yield row.application_id, bytes(row.wrapped)

    def master_key_check(self) -> bytes | None:
        """What tells the master key that wrapped them from another; None: there is none."""
        found = self._connection.execute(sa.select(master_keys.c.check_value)).scalar()
        return bytes(found) if found is not None else None

    def put_back(self, wrapped: Mapping[int, bytes]) -> int:
        """Keeps these keys of applications that have none and are not erased; how many."""
        ids = list(wrapped)
        found = (
            self._connection.execute(_LACKING, {"ids": ids[at : at + _AT_ONCE]}) for at in range(0, len(ids), _AT_ONCE)
        )
        rows = [{"application_id": one, "wrapped": wrapped[one]} for some in found for one in some.scalars()]
        if rows:
            self._connection.execute(_INSERT_KEYS, rows)
        return len(rows)

    def without_key(self) -> list[str]:
        """The numbers of applications not erased of which something sealed is kept, and not the key to it."""
        return list(self._connection.execute(_WITHOUT_KEY).scalars())

    def _own_key(self, application_id: int) -> ApplicationKey:
        """What its free text is sealed with."""
        key = self.key_of(application_id)
        if key is None:
            message = f"The key of application {application_id} has been destroyed; nothing can be sealed for it."
            raise Fault(message)
        return key
