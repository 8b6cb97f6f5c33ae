"""Open applications go over to another version of their service's route, each in a transaction of its own.

Desks go on working meanwhile: an application is read under its lock, so a decision comes before the migration or after
it and never between. Run again, it finds only what has not gone over yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from routing.domain.acting import check_letter_number
from routing.domain.crossing import Crossing, UnknownStep
from routing.domain.errors import Refusal
from routing.domain.migration import Order
from routing.domain.migration import migrate as migrated
from routing.domain.move import Move
from routing.domain.preconditions import reason_text
from routing.domain.workflow import Reason
from routing.office import Office
from routing.storage.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """What is to be done."""

    service: str
    #: content hash of the version they go over to
    to: str
    #: old step, new step; a step that is not among them keeps its code
    mapping: Mapping[str, str] = field(default_factory=dict)
    by: str
    reason: str = ""
    #: the number of the letter that orders it
    letter: str = ""
    #: everything is looked at and nothing is written
    dry_run: bool = False
    #: applications looked for at once
    batch: int = 100
    #: at most so many are looked at; None: all
    limit: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Migrated:
    """What became of one application."""

    number: str
    #: its step before
    step: str
    #: the move, made or only computed; None: it stays with its version
    move: Move | None = None
    #: why it stays
    refusal: Refusal | None = None


def migrate(office: Office, wanted: Migration) -> Iterator[Migrated]:
    """Moves each open application of another version, and tells of each as soon as it is done.

    Raises UnknownStep, MalformedField and TextTooLong before anything is touched.
    """
    _check(office, wanted)
    seen, looked_at = 0, 0
    while wanted.limit is None or looked_at < wanted.limit:
        most = wanted.batch if wanted.limit is None else min(wanted.batch, wanted.limit - looked_at)
        with office.transaction() as tx:
            found = tx.open_elsewhere(wanted.service, version=wanted.to, after=seen, most=most)
        if not found:
            return
        for application_id, number in found:
            seen, looked_at = application_id, looked_at + 1
            one = _one(office, wanted, number)
            if one is not None:
                yield one


def _one(office: Office, wanted: Migration, number: str) -> Migrated | None:
    """None: it has ended meanwhile, or has gone over already."""
    with office.transaction() as tx:
        application = tx.application(number)
        if not application.is_open or application.workflow == wanted.to:
            return None
        old, open_visits, ledger = (
            office.book_of(application, tx),
            tx.open_visits(application.id),
            tx.ledger(application),
        )
        if not wanted.dry_run:
            # What time has brought under the old version is written before the new one counts.
            standing = tx.up_to_date(old, application, open_visits, ledger, at=office.now())
            application, open_visits, ledger = standing.application, list(standing.open_visits), list(standing.ledger)
            if not application.is_open:
                return None
        new = office.rule_book(wanted.to, tx).counted_by(old.calendar)
        crossing = Crossing(old=old, new=new, mapping=wanted.mapping)
        order = Order(
            by=wanted.by,
            at=office.now(),
            reason=wanted.reason.strip(),
            letter=check_letter_number(wanted.letter) if wanted.letter else "",
            digest_key=tx.digest_key(application) if wanted.reason.strip() else b"",
        )
        try:
            move = migrated(
                crossing,
                application,
                open_visits,
                tx.closed_visits(application),
                order,
                ledger=ledger,
            )
        except Refusal as refusal:
            return Migrated(number=number, step=application.step, refusal=refusal)
        if not wanted.dry_run:
            tx.record(move)
        return Migrated(number=number, step=application.step, move=move)


def _check(office: Office, wanted: Migration) -> None:
    reason_text(wanted.reason, Reason.OPTIONAL, "migrate")
    if wanted.letter:
        check_letter_number(wanted.letter)
    with office.transaction() as tx:
        new = office.rule_book(wanted.to, tx).workflow
        old = _steps_before(office, tx, wanted)
    for was, now in wanted.mapping.items():
        for step, known, version in ((was, old, "any older version"), (now, list(new.steps), wanted.to[:12])):
            if step not in known:
                raise UnknownStep(service=wanted.service, step=step, version=version, known=", ".join(known) or "-")


def _steps_before(office: Office, tx: Transaction, wanted: Migration) -> list[str]:
    versions = [one for one in tx.published.versions_of(wanted.service) if one != wanted.to]
    return list(dict.fromkeys(step for one in versions for step in office.rule_book(one, tx).workflow.steps))
