"""Small questions: which desks, which administrators, how many documents on their way, whose cookie."""

from datetime import timedelta

from routing.actions.import_case import import_moves, prepare_import
from routing.actions.keep_accounts import assign, open_account, set_password, take_away
from routing.actions.sign_in import sign_in
from routing.domain.people import ADMINISTRATOR
from routing.reading.administrators import FirstAdministrator, first_administrator
from routing.reading.desk_codes import desk_codes
from routing.reading.hand_offs import OnTheirWay, hand_offs_on_their_way
from routing.reading.sessions import session_of
from routing.workshop.discover import retell
from tests.domain.people_of_the_mall import LAST_YEAR
from tests.event_logs import receipts
from tests.mall import Mall

PASSWORD = "sembilan kunci pintu"


def test_every_desk_of_the_office_is_known_by_its_code(mall: Mall) -> None:
    assert set(desk_codes(mall.office)) >= {
        "dinas-kesehatan",
        "kepala-dinas",
        "loket-pendaftaran",
        "loket-penyerahan",
        "pengecekan-sk",
        "penomoran",
        "verifikasi",
    }


def test_an_office_without_an_administrator_says_so(mall: Mall) -> None:
    assert first_administrator(mall.office) == FirstAdministrator(code=None, can_sign_in=False)


def test_the_first_administrator_is_the_first_that_was_opened(mall: Mall) -> None:
    for code in ("rina", "adi"):
        open_account(mall.office, code=code, name=code)
        assign(mall.office, code, [(ADMINISTRATOR, None)])
    assert first_administrator(mall.office) == FirstAdministrator(code="rina", can_sign_in=False)
    set_password(mall.office, "adi", PASSWORD)
    assert first_administrator(mall.office) == FirstAdministrator(code="rina", can_sign_in=True)


def test_whoever_is_no_administrator_any_more_does_not_count(mall: Mall) -> None:
    for code in ("rina", "adi"):
        open_account(mall.office, code=code, name=code)
        assign(mall.office, code, [(ADMINISTRATOR, None)])
        set_password(mall.office, code, PASSWORD)
    take_away(mall.office, "rina", role=ADMINISTRATOR, desk=None)
    assert first_administrator(mall.office).code == "adi"
    # No action closes the last one any more; a database from before may hold it.
    with mall.office.transaction() as tx:
        tx.people.close(tx.people.account("adi").id)
    assert first_administrator(mall.office) == FirstAdministrator(code=None, can_sign_in=False)


def test_documents_on_their_way_are_counted_with_the_age_of_the_oldest(mall: Mall) -> None:
    assert hand_offs_on_their_way(mall.office) == OnTheirWay(count=0, oldest_seconds=0.0)
    mall.registers()
    mall.clock.advance(timedelta(seconds=40))
    mall.registers()
    mall.clock.advance(timedelta(seconds=2))
    assert hand_offs_on_their_way(mall.office) == OnTheirWay(count=2, oldest_seconds=42.0)
    mall.carries()
    assert hand_offs_on_their_way(mall.office) == OnTheirWay(count=0, oldest_seconds=0.0)


def test_documents_of_the_past_on_their_way_raise_no_alarm(mall: Mall) -> None:
    retelling = retell(receipts(), service="receipt")
    people = prepare_import(mall.office, retelling.cast).people
    book = mall.office.rule_book(retelling.cast.workflow.content_hash).counted_by(mall.office.calendar())
    import_moves(mall.office, book, [retelling.cases[0].moves[0]], numbers={}, people=people)
    assert mall.clock.now - LAST_YEAR > timedelta(days=300)
    assert hand_offs_on_their_way(mall.office) == OnTheirWay(count=1, oldest_seconds=0.0)


def test_a_session_sees_rights_as_they_are_at_this_moment(mall: Mall) -> None:
    set_password(mall.office, "omar", PASSWORD)
    secret = sign_in(mall.office, "omar", PASSWORD)
    take_away(mall.office, "omar", role="verifier", desk="verifikasi")
    assign(mall.office, "omar", [("back-office", "pengecekan-sk")])
    session = session_of(mall.office, secret)
    assert session is not None
    held = [one.desk for one in session.person.assignments if one.holds_at(mall.clock.now)]
    assert held == ["pengecekan-sk"]
