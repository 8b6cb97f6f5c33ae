"""The applicant takes an application back, and the counter records it."""

from __future__ import annotations

from routing.domain import withdrawal
from routing.domain.application import Application
from routing.office import Office


def withdraw(office: Office, number: str, *, desk: str, reason: str, person_id: int) -> Application:
    """The application, ended. Raises UnknownApplication and what ``withdrawal.withdraw`` raises."""
    with office.transaction() as tx:
        application = tx.application(number)
        move = withdrawal.withdraw(
            office.rule_book(application.workflow, tx),
            application,
            tx.open_visits(application.id),
            desk=desk,
            reason=reason,
            person=tx.people.with_id(person_id),
            at=office.now(),
            digest_key=tx.digest_key(application) if reason else b"",
        )
        tx.record(move)
        return move.after
