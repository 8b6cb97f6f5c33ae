"""What was answered to integrity signals, and by whom? Oldest first; the words open with the application's key."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from routing.domain.integrity_signals import Signal
from routing.domain.signal_answers import AnswerStatus
from routing.office import Office
from routing.reading.catalogue import names_of
from routing.storage.tables import application_keys, audit_entries, signal_answers

_IDS: sa.BindParameter[int] = sa.bindparam("ids", expanding=True)
_ANSWERS = (
    sa.select(signal_answers, application_keys.c.wrapped, audit_entries.c.actor)
    .join_from(
        signal_answers,
        audit_entries,
        (audit_entries.c.application_id == signal_answers.c.application_id)
        & (audit_entries.c.seq == signal_answers.c.about),
    )
    .outerjoin(application_keys, application_keys.c.application_id == signal_answers.c.application_id)
    .where(signal_answers.c.application_id.in_(_IDS), signal_answers.c.signal == sa.bindparam("signal"))
    .order_by(signal_answers.c.application_id, signal_answers.c.seq)
)
_ANSWERED = sa.select(
    signal_answers.c.application_id, signal_answers.c.about, signal_answers.c.signal
).where(signal_answers.c.application_id.in_(_IDS))  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer to a signal."""

    #: the entry that tells of it
    seq: int
    status: AnswerStatus
    at: datetime
    by: str
    by_name: str
    #: None: it was not asked for, or the application's key has been destroyed
    text: str | None
    #: whoever did what the signal is about answered themselves
    is_own: bool


def answers_of(
    office: Office, connection: Connection, signal: Signal, ids: Iterable[int], *, with_words: bool
) -> dict[tuple[int, int], tuple[Answer, ...]]:
    """The answers to this signal, by application and entry it is about."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = connection.execute(_ANSWERS, {"ids": wanted, "signal": signal.value}).all()
    names = names_of(connection, (row.by for row in rows))
    found: dict[tuple[int, int], tuple[Answer, ...]] = {}
    for row in rows:
        text = None
        if with_words and row.wrapped is not None:
            key = office.vault(connection).unwrap(row.application_id, bytes(row.wrapped))
            text = key.answer(row.seq, bytes(row.sealed))
        one = Answer(
            seq=row.seq,
            status=AnswerStatus(row.status),
            at=row.at,
            by=row.by,
            by_name=names.get(row.by, row.by),
            text=text,
            is_own=row.by == row.actor,
        )
        place = (row.application_id, row.about)
        found[place] = (*found.get(place, ()), one)
    return found


def answered(connection: Connection, ids: Iterable[int]) -> frozenset[tuple[int, int, str]]:
    """Which signals of these applications have an answer: application, entry it is about, signal."""
    wanted = sorted(set(ids))
    rows = connection.execute(_ANSWERED, {"ids": wanted}) if wanted else ()
    return frozenset((row.application_id, row.about, row.signal) for row in rows)
