"""Papers are attached to an application: each is looked at first, then moved to its place and written into the books.

All of one sending or none. A crash leaves at most a paper that no row names, which the sweep takes away; never a row
without its paper, because a paper is on the disk before the books are closed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from routing.domain import papers
from routing.domain.application import Application
from routing.domain.attachment import Paper
from routing.domain.errors import Kind, Refusal
from routing.domain.receipts import Once, Receipt, receipt_from
from routing.office import Office
from routing.storage.transaction import Transaction
from routing.vault.paper_store import Upload


class NothingSent(Refusal):
    """No file was sent. Choose at least one, then send the form again."""

    code = "nothing_sent"
    kind = Kind.MALFORMED


@dataclass(frozen=True, slots=True, kw_only=True)
class SentPaper:
    """A file that has come whole, with what whoever sent it says of it."""

    upload: Upload
    #: code of the requirement it is for; None: another paper
    requirement: str | None
    media_type: str = ""


def attach(office: Office, number: str, sent: Sequence[SentPaper], *, person_id: int) -> Application:
    """The application with the papers; what is attached already changes nothing.

    Raises NothingSent, what ``PaperInspection.kind_of`` and ``papers.attach`` raise, NoRoomForPapers,
    UnknownApplication.
    """
    looked_at = _looked_at(office, number, sent, person_id)
    with office.papers.keeping(), office.transaction() as tx:
        return _attach(office, tx, number, sent, looked_at, person_id)


def attach_once(office: Office, number: str, sent: Sequence[SentPaper], *, once: Once) -> Receipt:
    """As ``attach``, and the same request again changes nothing. Raises also IdempotencyKeyReused."""
    with office.reading() as connection:
        # Asked before anything else: whoever repeats what was done may not be able to do it any more.
        earlier = Transaction(connection).answers.earlier(once)
    if earlier is not None:
        return receipt_from(earlier)
    looked_at = _looked_at(office, number, sent, once.person_id)
    with office.papers.keeping():
        return office.only_once(once, lambda tx: _attach(office, tx, number, sent, looked_at, once.person_id))


def was_answered(office: Office, person_id: int, key: str) -> bool:
    """Whether this person has had an answer under the key (its digest), whatever became of the application since."""
    with office.reading() as connection:
        return Transaction(connection).answers.has(person_id, key)


def _looked_at(office: Office, number: str, sent: Sequence[SentPaper], person_id: int) -> list[Paper]:
    if not sent:
        raise NothingSent
    _require_may(office, number, person_id)
    return [_look(office, one) for one in sent]


def _attach(
    office: Office,
    tx: Transaction,
    number: str,
    sent: Sequence[SentPaper],
    looked_at: Sequence[Paper],
    person_id: int,
) -> Application:
    application = tx.application(number)
    book, person, at = office.book_of(application, tx), tx.people.with_id(person_id), office.now()
    now = tx.up_to_date(book, application, tx.open_visits(application.id), at=at)
    attached, key = tx.attachments(application), tx.digest_key(application)
    # What comes when the applicant's time is over does not keep it from being over.
    move = now.judge(
        lambda it: papers.attach(
            book, it.application, it.open_visits, looked_at, attached=attached, person=person, at=at, digest_key=key
        )
    )
    if move is None:
        return now.application
    new = {one.sha256 for one in move.attachments}
    for one in sent:
        if one.upload.sha256 in new:
            new.remove(one.upload.sha256)
            office.papers.keep(one.upload)
    tx.record(move)
    return move.after


def _require_may(office: Office, number: str, person_id: int) -> None:
    """Whoever may attach nothing here is told so before their files are opened; asked again under the lock."""
    with office.transaction() as tx:
        application = tx.application(number)
        papers.spot_of(
            office.book_of(application, tx),
            application,
            tx.open_visits(application.id),
            tx.people.with_id(person_id),
            office.now(),
        )


def _look(office: Office, one: SentPaper) -> Paper:
    one.upload.finish()
    kind = office.paper_inspection.kind_of(one.upload.path, name=one.upload.name, media_type=one.media_type)
    return Paper(requirement=one.requirement, kind=kind, bytes=one.upload.bytes, sha256=one.upload.sha256)
