"""The counter registers an application: numbers, first decision and first hand-off, in one transaction."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType

from routing.domain import intake
from routing.domain.application import Application, Particulars, Submission
from routing.domain.errors import FormUsedUp, UnknownService
from routing.domain.facts import form_facts
from routing.domain.identifiers import check_nik, check_phone
from routing.domain.phrases import Called, Phrase
from routing.domain.quotas import QuotaUsedUp
from routing.domain.receipts import Once, Receipt
from routing.domain.state_machine import RuleBook
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.storage.database import AlreadyWritten
from routing.storage.transaction import Transaction

_PERIODS = MappingProxyType({"year": Phrase("year"), "month": Phrase("month")})


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """What the counter's form says."""

    service: str
    submission: Submission
    #: the clerk
    person_id: int
    #: the same key twice is the same registration: a double click, a form sent again
    key: str | None = None


def submit(office: Office, registration: Registration) -> Application:
    """The registered application; the one already registered under this key, if there is one.

    Raises UnknownService, MalformedNik, MalformedField, TextTooLong, FormUsedUp, QuotaUsedUp and what ``intake.read``
    and ``intake.submit`` raise.
    """
    book, submission = _prepared(office, registration)
    try:
        with office.transaction() as tx:
            return _register(office, tx, book, submission, registration)
    except AlreadyWritten:
        # Two forms with one key at the same moment: the other was first, and this is its answer.
        with office.transaction() as tx:
            first = _registered_before(tx, submission, registration.key)
        if first is None:
            raise
        return first


def submit_once(office: Office, registration: Registration, *, once: Once) -> Receipt:
    """As ``submit``, under a key of the API instead of a form's. Raises also IdempotencyKeyReused."""
    book, submission = _prepared(office, registration)
    return office.only_once(once, lambda tx: _register(office, tx, book, submission, registration))


def _prepared(office: Office, registration: Registration) -> tuple[RuleBook, Submission]:
    """The route in force, and what is handed in, as it is kept."""
    book = office.book_in_force(registration.service)
    submission = registration.submission
    if book.workflow.imported_from is not None:
        # A route derived from a log retells the past; nothing new can be asked of it.
        raise UnknownService(service=registration.service, known="-")
    checked = replace(submission, particulars=_checked(submission.particulars))
    return book, intake.read(book.workflow, checked)


def _register(
    office: Office, tx: Transaction, book: RuleBook, submission: Submission, registration: Registration
) -> Application:
    known = _registered_before(tx, submission, registration.key)
    if known is not None:
        return known
    at = office.now()
    service = book.workflow.service
    who = submission.particulars
    found_by = tx.personal.vault.index_of(who.nik) if who is not None else None
    identity = office.new_identity(service, tx.published.next_number(service), at, applicant_index=found_by)
    person = tx.people.with_id(registration.person_id)
    move = intake.submit(book, submission, person=person, identity=identity, at=at)
    _require_quota(tx, book.workflow, submission, at)
    tx.record(move, submission_key=registration.key)
    return move.after


def _registered_before(tx: Transaction, submission: Submission, key: str | None) -> Application | None:
    """What this form has registered already. Raises FormUsedUp where that was somebody else."""
    known = tx.submitted_as(key) if key is not None else None
    if known is None:
        return None
    is_same = dict(known.facts) | dict(submission.facts) == known.facts
    if not is_same or tx.who_applies(known) != submission.particulars:
        raise FormUsedUp(number=known.number)
    return known


def _require_quota(tx: Transaction, workflow: Workflow, submission: Submission, at: datetime) -> None:
    """Counts it, if there is room; what is refused afterwards is not counted, because nothing of it is kept."""
    quota = workflow.quota
    if quota is None:
        return
    if not tx.quotas.take(workflow.service, quota.counted_as(form_facts(submission.facts), at.date()), quota.most):
        per = Called(workflow.form[quota.per].label) if quota.per is not None else Phrase("service")
        raise QuotaUsedUp(service=Called(workflow.label), most=quota.most, every=_PERIODS[quota.every], per=per)


def _checked(who: Particulars | None) -> Particulars:
    who = who or Particulars(name="", nik="")
    return replace(who, name=intake.check_name(who.name), nik=check_nik(who.nik), phone=check_phone(who.phone))
