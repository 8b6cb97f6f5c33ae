"""A request that comes twice is done once and answered alike; its answer is written with what it tells of."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.forget_answers import forget_answers
from routing.domain.application import Application
from routing.domain.receipts import Once
from routing.office import Office
from routing.storage.kept_answers import KeptAnswers
from routing.storage.tables import kept_answers
from routing.storage.transaction import Transaction
from tests.clock import Clock
from tests.row_counts import row_counts
from tests.threads import Promise, at_once, in_background
from tests.waiting import wait_until_locked
from tests.web.api.programs import Program, new_application, problem
from tests.web.visitors import NIK, WebMall, open_mall


def same(answers: list, status: int) -> bytes:
    """What all of them say, byte by byte."""
    assert [answer.status_code for answer in answers] == [status] * len(answers), [one.text for one in answers]
    (body,) = {(answer.content, answer.headers["etag"]) for answer in answers}
    return body[0]


def test_five_clicks_at_once_with_one_key_are_one_application_and_five_equal_answers(any_mall: WebMall) -> None:
    ida = Program(any_mall, "ida")
    ida.get("/services")
    for click in range(3):
        answers = at_once(*[lambda: ida.post("/applications", new_application(), key=f"click {click}")] * 5)  # noqa: B023
        same(answers, 201)
    counts = row_counts(any_mall.office.database)
    assert (counts["applications"], counts["numbers given out"], counts["kept_answers"]) == (3, 3, 3)


def test_five_decisions_at_once_with_one_key_are_one_decision_and_five_equal_answers(any_mall: WebMall) -> None:
    ida, omar = Program(any_mall, "ida"), Program(any_mall, "omar")
    for click in range(3):
        number = ida.registers()
        before = row_counts(any_mall.office.database)["audit_entries"]

        def decide() -> object:
            body = {"decision": "forward", "reason": "Lengkap"}
            return omar.post(f"/applications/{number}/decisions", body, key=f"click {click}", seen=2)  # noqa: B023

        answers = at_once(*[decide] * 5)
        assert b'"desks":["dinas-kesehatan"]' in same(answers, 200)
        assert row_counts(any_mall.office.database)["audit_entries"] == before + 1  # type: ignore[operator]


def test_every_post_is_answered_again_as_it_was_whatever_happened_since(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    first = ida.post("/applications", new_application(), key="register")
    number = first.json()["number"]
    mall.carry()
    asked = [
        (omar, f"/applications/{number}/claim", {}, None),
        (omar, f"/applications/{number}/release", {}, None),
        (omar, f"/applications/{number}/decisions",
         {"decision": "return", "reason": "STR kabur", "requirements": ["registration"]}, 4),
        (ida, f"/applications/{number}/resubmit", {}, 6),
        (ida, f"/applications/{number}/withdraw", {"desk": "loket-pendaftaran"}, 8),
    ]  # fmt: skip
    answers = []
    for who, path, body, seen in asked:
        answers.append(who.post(path, body, key=path, seen=seen))
        assert answers[-1].status_code == 200, answers[-1].text
        mall.carry()
    before = row_counts(mall.office.database)
    for (who, path, body, seen), answer in zip(asked, answers, strict=True):
        assert same([answer, who.post(path, body, key=path, seen=seen)], 200)
        assert who.post(path, body, key=path, seen=999 if seen else None).content == answer.content
    again = ida.post("/applications", new_application(), key="register")
    assert (again.content, again.headers["location"]) == (first.content, first.headers["location"])
    assert row_counts(mall.office.database) == before


def test_a_key_names_one_request_of_one_person(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    number = ida.post("/applications", new_application(), key="one").json()["number"]
    mall.carry()
    before = row_counts(mall.office.database)
    for path, body, seen in (
        ("/applications", new_application(desk="loket-penyerahan"), None),
        ("/applications", new_application(applicant={"name": "Made Suarta", "nik": NIK}), None),
        (f"/applications/{number}/withdraw", {"desk": "loket-pendaftaran"}, 2),
    ):
        problem(ida.post(path, body, key="one", seen=seen), 422, "idempotency_key_reused")
    assert row_counts(mall.office.database) == before
    assert omar.post(f"/applications/{number}/claim", key="one").status_code == 200


def test_the_same_said_in_another_order_is_the_same(mall: WebMall) -> None:
    ida, body = Program(mall, "ida"), new_application()
    one = ida.post("/applications", body, key="one")
    assert ida.post("/applications", dict(reversed(body.items())), key="one").content == one.content


def test_a_refused_request_keeps_no_answer(mall: WebMall) -> None:
    ida, omar = Program(mall, "ida"), Program(mall, "omar")
    number = ida.registers()
    refused = omar.post(f"/applications/{number}/decisions", {"decision": "forward"}, key="one", seen=1)
    problem(refused, 409, "stale_version")
    done = omar.post(f"/applications/{number}/decisions", {"decision": "forward"}, key="one", seen=2)
    assert done.status_code == 200


@pytest.mark.parametrize("broken", ["keep", "take_key"])
def test_neither_the_deed_nor_its_answer_is_ever_there_alone(
    any_mall: WebMall, monkeypatch: pytest.MonkeyPatch, broken: str
) -> None:
    ida, omar = Program(any_mall, "ida"), Program(any_mall, "omar")
    number = ida.registers()
    before = row_counts(any_mall.office.database)
    bodies = {
        "/applications": (new_application(), None),
        f"/applications/{number}/claim": ({}, None),
        f"/applications/{number}/decisions": ({"decision": "forward"}, 2),
    }

    def breaks(*_: object) -> None:
        message = "the power is gone"
        raise RuntimeError(message)

    with monkeypatch.context() as patched:
        patched.setattr(KeptAnswers, broken, breaks)
        for path, (body, seen) in bodies.items():
            who = ida if path == "/applications" else omar
            problem(who.post(path, body, key="one", seen=seen), 500, "fault")
            assert row_counts(any_mall.office.database) == before
    assert omar.post(f"/applications/{number}/decisions", {"decision": "forward"}, key="one", seen=2).is_success


def test_whoever_comes_second_waits_for_the_first_and_goes_on_if_that_fails(postgresql_office: Office) -> None:
    """On PostgreSQL, where two transactions are open at once."""
    mall = open_mall(postgresql_office, Clock())
    ida = Program(mall, "ida")
    first_number = ida.registers()
    with mall.office.reading() as connection:
        person_id = Transaction(connection).people.account("ida").id
    once = Once(person_id=person_id, key="k", fingerprint="f")
    order: list[str] = []

    def second() -> object:
        def act(tx: Transaction) -> Application:
            order.append("second acts")
            return tx.application(first_number)

        return mall.office.only_once(once, act)

    others: list[Promise] = []

    def first(tx: Transaction) -> Application:
        others.append(in_background(second))
        wait_until_locked(mall.office)
        order.append("first fails")
        raise LookupError

    with pytest.raises(LookupError):
        mall.office.only_once(once, first)
    assert others[0].result().number == first_number
    assert order == ["first fails", "second acts"]


def test_answers_are_kept_for_a_week_and_say_nothing_of_the_request(mall: WebMall) -> None:
    ida = Program(mall, "ida")
    ida.post("/applications", new_application(), key="3f1c2a52")
    with mall.office.reading() as connection:
        row = connection.execute(sa.select(kept_answers)).one()
    for private in ("3f1c2a52", "Rahmawati", NIK, "Klinik"):
        assert private not in str(row)
    mall.clock.advance(timedelta(days=7))
    assert forget_answers(mall.office) == 0
    mall.clock.advance(timedelta(seconds=1))
    assert forget_answers(mall.office) == 1
    assert forget_answers(mall.office) == 0


def test_a_post_without_a_usable_key_is_refused(mall: WebMall) -> None:
    ida = Program(mall, "ida")
    ida.get("/services")
    before = row_counts(mall.office.database)
    for key in ("", " ", "x" * 201, "kunci\u00e9", "a\tb"):
        headers = [(b"idempotency-key", key.encode("latin-1"))] if key else []
        headers += [(name.encode(), value.encode()) for name, value in ida.bearer.items()]
        answer = ida.client.post("/api/v1/applications", json=new_application(), headers=headers)
        problem(answer, 400, "idempotency_key_missing")
        assert row_counts(mall.office.database) == before
