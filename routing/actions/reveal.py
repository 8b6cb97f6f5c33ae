"""Somebody of the staff looks at a NIK or telephone number that every page masks; the log and the count know of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

from routing.domain import revealing
from routing.domain.application import Particulars
from routing.domain.people import Place
from routing.domain.revealing import Masked, NothingKept, masked_fields
from routing.domain.workflow import Workflow
from routing.office import Office

_AN_HOUR = timedelta(hours=1)


def reveal(
    office: Office, number: str, wanted: Collection[Masked], *, reason: str, person_id: int
) -> dict[Masked, str]:
    """What was asked for, in clear: to be shown once and kept nowhere.

    Raises UnknownApplication, NotAllowed, NothingKept, TooManyReveals and what ``revealing.reveal`` raises.
    """
    with office.transaction() as tx:
        application = tx.application(number)
        now = office.now()
        so_far = tx.people.reveals_since(person_id, now - _AN_HOUR)
        person = tx.people.with_id(person_id)
        known_at = (*(visit.desk for visit in tx.open_visits(application.id)), *tx.published.counters())
        move = revealing.reveal(
            application,
            wanted,
            reason=reason,
            person=person,
            place=Place(desks=known_at or ("-",)),
            at=now,
            digest_key=tx.digest_key(application),
        )
        revealing.require_few(person, so_far, office.settings.reveals_an_hour)
        who = tx.who_applies(application)
        if who is None:
            raise NothingKept(number=application.number)
        tx.people.count_reveal(person_id, now)
        tx.record(move)
        return _shown(office.rule_book(application.workflow, tx).workflow, who, wanted)


def _shown(workflow: Workflow, who: Particulars, wanted: Collection[Masked]) -> dict[Masked, str]:
    numbers = (f"{field.label.id}: {who.answers[code]}" for code, field in masked_fields(workflow, who).items())
    clear = {Masked.NIK: who.nik, Masked.PHONE: who.phone, Masked.FORM: "; ".join(numbers)}
    return {one: clear[one] for one in Masked if one in wanted}
