"""Rights have days, and are asked for inside the deciding transaction: what was taken away first is gone."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from routing.actions.decide import decide
from routing.actions.keep_accounts import close_account, take_away
from routing.domain import moves
from routing.domain.application import Application
from routing.domain.decision import Decision
from routing.domain.errors import NotAllowed, UnknownPerson
from routing.domain.people import Assignment
from routing.office import Office
from routing.storage.transaction import Transaction
from tests.domain.people_of_the_mall import MORNING, OMAR, person
from tests.mall import Mall
from tests.threads import at_once, in_background
from tests.waiting import wait_until_locked

SAID = Decision(decision="forward")


def at_verification(mall: Mall) -> Application:
    document = mall.registers()
    mall.carries()
    return mall.application(document.number)


def test_an_assignment_holds_from_its_day_until_before_its_last(mall: Mall) -> None:
    document = at_verification(mall)
    from_noon, until_evening = MORNING + timedelta(hours=4), MORNING + timedelta(hours=10)
    held = Assignment(role="verifier", desk="verifikasi", since=from_noon, until=until_evening)
    kadek = person("kadek", "verifier", "penomoran")
    with mall.office.transaction() as tx:
        person_id = tx.people.insert(code=kadek.code, name=kadek.name, source=None, at=MORNING)
        tx.people.assign(person_id, [*kadek.assignments, held])
    for moment in (from_noon - timedelta(microseconds=1), until_evening):
        mall.clock.now = moment
        with pytest.raises(NotAllowed, match="kadek"):
            decide(mall.office, document.number, SAID, person_id=person_id)
    mall.clock.now = until_evening - timedelta(microseconds=1)
    assert decide(mall.office, document.number, SAID, person_id=person_id).step == "recommend"


def test_an_account_comes_back_from_the_books_as_it_went_in(mall: Mall) -> None:
    with mall.office.transaction() as tx:
        found = tx.people.account(OMAR.code)
        assert tx.people.with_id(found.id) == found
        assert tx.people.glance(found.id) == found
    assert (found.name, found.source, found.is_closed) == (OMAR.name, None, False)
    assert found.assignments == OMAR.assignments


def test_an_account_of_a_log_is_not_the_offices_own_of_the_same_code(mall: Mall) -> None:
    with mall.office.transaction() as tx:
        stranger = tx.people.insert(code=OMAR.code, name=OMAR.code, source="receipt", at=MORNING)
        assert tx.people.account(OMAR.code).id == mall.id_of(OMAR)
        assert tx.people.account(OMAR.code, "receipt").id == stranger
        assert tx.people.account(OMAR.code, "receipt").assignments == ()
        with pytest.raises(UnknownPerson):
            tx.people.account(OMAR.code, "another-log")


def test_a_closed_account_decides_nothing(mall: Mall) -> None:
    document = at_verification(mall)
    close_account(mall.office, OMAR.code)
    with pytest.raises(NotAllowed):
        mall.decides(document, OMAR, "forward")


Withdrawal = Callable[[Office, str], object]


def take_the_role(office: Office, code: str) -> object:
    return take_away(office, code, role="verifier", desk="verifikasi")


def close_the_account(office: Office, code: str) -> object:
    close_account(office, code)
    return None


WITHDRAWALS = pytest.mark.parametrize("withdrawal", [take_the_role, close_the_account])


@WITHDRAWALS
def test_a_decision_waits_for_a_withdrawal_under_way_and_is_then_refused(
    postgresql_mall: Mall, withdrawal: Withdrawal
) -> None:
    """The decision reads the right while it is being taken away: what counts is what was committed first."""
    mall, document = postgresql_mall, at_verification(postgresql_mall)
    with mall.office.transaction() as tx:
        if withdrawal is take_the_role:
            tx.people.end_assignment(mall.id_of(OMAR), role="verifier", desk="verifikasi", at=mall.clock.now)
        else:
            tx.people.close(mall.id_of(OMAR))
        deciding = in_background(lambda: mall.decides(document, OMAR, "forward"))
        wait_until_locked(mall.office)
    with pytest.raises(NotAllowed, match="omar"):
        deciding.result()
    assert mall.application(document.number).version == document.version


@WITHDRAWALS
def test_a_withdrawal_waits_for_a_decision_under_way(postgresql_mall: Mall, withdrawal: Withdrawal) -> None:
    mall, document = postgresql_mall, at_verification(postgresql_mall)
    with mall.office.transaction() as tx:
        assert tx.people.with_id(mall.id_of(OMAR)).assignments
        withdrawing = in_background(lambda: withdrawal(mall.office, OMAR.code))
        wait_until_locked(mall.office)
        assert not withdrawing.is_done
        forward(mall, tx, document)
    withdrawing.result()
    assert mall.application(document.number).step == "recommend"
    with pytest.raises(NotAllowed):
        mall.decides(at_verification(mall), OMAR, "forward")


@WITHDRAWALS
def test_whoever_is_first_a_decision_never_follows_the_withdrawal_of_its_right(
    mall: Mall, withdrawal: Withdrawal
) -> None:
    for number in range(8):
        kadek = person(f"kadek-{number}", "verifier", "verifikasi")
        mall.hires(kadek)
        document, next_one = at_verification(mall), at_verification(mall)
        decided, withdrawn = at_once(
            lambda: mall.decides(document, kadek, "forward"),  # noqa: B023 - called in this round
            lambda: withdrawal(mall.office, kadek.code),  # noqa: B023
        )
        assert not isinstance(withdrawn, Exception)
        assert isinstance(decided, Application | NotAllowed)
        came_through = isinstance(decided, Application)
        assert mall.application(document.number).version == document.version + came_through
        with pytest.raises(NotAllowed):
            mall.decides(next_one, kadek, "forward")


def forward(mall: Mall, tx: Transaction, document: Application) -> None:
    """What ``decide`` does, in a transaction that is still open."""
    application = tx.application(document.number)
    move = moves.decide(
        mall.office.book_of(application, tx),
        application,
        tx.open_visits(application.id),
        SAID,
        person=tx.people.with_id(mall.id_of(OMAR)),
        at=mall.clock.now,
        digest_key=b"",
        ledger=tx.ledger(application),
    )
    tx.record(move)
