"""The checkpoint with which a day ended: what is printed, and kept where no program reaches it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

import sqlalchemy as sa

from routing.domain.errors import Kind, Refusal
from routing.domain.sealing import Seal
from routing.office import Office
from routing.storage.tables import log_checkpoints

_BEFORE = (
    sa.select(log_checkpoints)
    .where(log_checkpoints.c.at < sa.bindparam("end", type_=log_checkpoints.c.at.type))
    .order_by(log_checkpoints.c.size.desc())
    .limit(1)
)


class NoSealThen(Refusal):
    """There is no seal of {day}. Name a day on which the log was there and that has begun, as 2026-12-01."""

    code = "no_seal_then"
    kind = Kind.UNKNOWN


def seal_of_day(office: Office, day: str) -> tuple[date, Seal]:
    """The day, and the last seal before its end. Raises NoSealThen."""
    try:
        on = date.fromisoformat(day)
        end = datetime.combine(on + timedelta(days=1), time(), tzinfo=office.time_zone)
    except (ValueError, OverflowError):
        raise NoSealThen(day=day[:40]) from None
    if on > office.now().date():
        raise NoSealThen(day=on.isoformat())
    with office.reading() as connection:
        found = connection.execute(_BEFORE, {"end": end}).one_or_none()
    if found is None:
        raise NoSealThen(day=on.isoformat())
    return on, Seal(**found._asdict() | {"root": bytes(found.root)})
