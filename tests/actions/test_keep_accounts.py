"""Accounts: opened, given roles from now on, closed at once; their past stays."""

from datetime import timedelta

import pytest

from routing.actions.keep_accounts import (
    LONGEST_PASSWORD,
    SHORTEST_PASSWORD,
    assign,
    close_account,
    make_link,
    open_account,
    set_password,
    set_password_by_link,
    take_away,
)
from routing.actions.sign_in import sign_in
from routing.domain.errors import (
    AlreadyThere,
    LinkExpired,
    MalformedField,
    NotAllowed,
    Refusal,
    SignInRefused,
    UnknownDesk,
    UnknownPerson,
    UnknownRole,
    WeakPassword,
)
from routing.domain.people import ADMINISTRATOR, MANAGER, Assignment, Person
from routing.reading.sessions import session_of
from tests.domain.people_of_the_mall import MORNING, OMAR
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.threads import at_once, split

GOOD = "sembilan kunci pintu"


def account(mall: Mall, code: str) -> Person:
    with mall.office.transaction() as tx:
        return tx.people.account(code)


def test_a_new_account_has_no_right_and_no_way_in(mall: Mall) -> None:
    open_account(mall.office, code="kadek", name="  Kadek Ariani ")
    kadek = account(mall, "kadek")
    assert (kadek.name, kadek.assignments, kadek.source) == ("Kadek Ariani", (), None)
    with pytest.raises(SignInRefused):
        sign_in(mall.office, "kadek", "")


IMPROPER = [
    ("", "Kadek"),
    (" kadek", "Kadek"),
    ("kadek", " "),
    ("k" * 101, "Kadek"),
    ("kadek", "K" * 201),
    ("ka\x00dek", "Kadek"),
    ("Kadek", "Kadek"),
    ("-kadek", "Kadek"),
    ("ka dek", "Kadek"),
    ("kadék", "Kadek"),
    ("kadek\n", "Kadek"),
    ("auto.kadek", "Kadek"),
    ("kadek", "Ka\x00dek"),
]


def test_an_account_without_a_proper_code_and_name_is_not_opened(mall: Mall, subtests: pytest.Subtests) -> None:
    before = row_counts(mall.office.database)
    for code, name in IMPROPER:
        with subtests.test(repr((code, name))), pytest.raises(MalformedField):
            open_account(mall.office, code=code, name=name)
    assert row_counts(mall.office.database) == before


def test_a_code_is_given_once(mall: Mall) -> None:
    with pytest.raises(AlreadyThere, match="omar"):
        open_account(mall.office, code="omar", name="Another Omar")


def test_of_several_who_open_the_same_account_at_once_one_does(mall: Mall) -> None:
    opened, raised = split(at_once(*[lambda: open_account(mall.office, code="kadek", name="Kadek")] * 4))
    assert len(opened) == 1
    assert {type(one) for one in raised} == {AlreadyThere}, raised


def test_a_role_holds_from_now_on_and_giving_it_again_changes_nothing(mall: Mall) -> None:
    open_account(mall.office, code="kadek", name="Kadek")
    assign(mall.office, "kadek", [("verifier", "verifikasi"), (MANAGER, None)])
    mall.clock.advance(timedelta(days=1))
    assign(mall.office, "kadek", [("verifier", "verifikasi")])
    assert account(mall, "kadek").assignments == (
        Assignment(role="verifier", desk="verifikasi", since=MORNING),
        Assignment(role=MANAGER, since=MORNING),
    )


WRONG_ROLES: list[tuple[tuple[str, str | None], type[Refusal], str]] = [
    (("wizard", "verifikasi"), UnknownRole, "verifier"),
    (("verifier", "nowhere"), UnknownDesk, "loket-pendaftaran"),
    (("verifier", None), MalformedField, "held at a desk"),
    ((ADMINISTRATOR, "verifikasi"), MalformedField, "whole office"),
]


def test_of_several_roles_none_is_given_when_one_is_wrong(mall: Mall, subtests: pytest.Subtests) -> None:
    open_account(mall.office, code="kadek", name="Kadek")
    for held, refusal, told in WRONG_ROLES:
        with subtests.test(repr(held)), pytest.raises(refusal, match=told):
            assign(mall.office, "kadek", [("verifier", "verifikasi"), held])
    assert account(mall, "kadek").assignments == ()


def test_a_role_that_was_taken_away_has_an_end_and_can_be_given_anew(mall: Mall) -> None:
    now = mall.clock.advance(timedelta(days=1))
    assert take_away(mall.office, "omar", role="verifier", desk="verifikasi") == 1
    assert take_away(mall.office, "omar", role="verifier", desk="verifikasi") == 0
    assert take_away(mall.office, "omar", role="verifier", desk="penomoran") == 0
    (ended,) = account(mall, "omar").assignments
    assert ended.until == now
    later = mall.clock.advance(timedelta(days=1))
    assign(mall.office, "omar", [("verifier", "verifikasi")])
    assert [one.since for one in account(mall, "omar").assignments] == [ended.since, later]


def test_a_role_of_the_whole_office_is_taken_away_too(mall: Mall) -> None:
    assert take_away(mall.office, "agus", role="auditor", desk=None) == 1
    assert take_away(mall.office, "agus", role="auditor", desk="verifikasi") == 0


def test_a_closed_account_keeps_its_past_and_loses_its_session(mall: Mall) -> None:
    set_password(mall.office, "omar", GOOD)
    secret = sign_in(mall.office, "omar", GOOD)
    assert session_of(mall.office, secret) is not None
    close_account(mall.office, "omar")
    assert session_of(mall.office, secret) is None
    with pytest.raises(SignInRefused):
        sign_in(mall.office, "omar", GOOD)
    assert account(mall, "omar").assignments != ()
    document = mall.registers()
    mall.carries()
    with pytest.raises(NotAllowed):
        mall.decides(document, OMAR, "forward")


def test_a_link_sets_a_password_once(mall: Mall) -> None:
    secret = make_link(mall.office, "omar")
    assert set_password_by_link(mall.office, secret, GOOD) == "omar"
    assert sign_in(mall.office, "omar", GOOD)
    with pytest.raises(LinkExpired):
        set_password_by_link(mall.office, secret, "another password")
    assert sign_in(mall.office, "omar", GOOD)


def test_a_weak_password_does_not_use_the_link_up(mall: Mall) -> None:
    secret = make_link(mall.office, "omar")
    with pytest.raises(WeakPassword):
        set_password_by_link(mall.office, secret, "short")
    assert set_password_by_link(mall.office, secret, GOOD) == "omar"


def test_a_link_lasts_a_day_and_a_new_one_ends_it(mall: Mall) -> None:
    first = make_link(mall.office, "omar")
    second = make_link(mall.office, "omar")
    with pytest.raises(LinkExpired):
        set_password_by_link(mall.office, first, GOOD)
    mall.clock.advance(timedelta(days=1))
    with pytest.raises(LinkExpired):
        set_password_by_link(mall.office, second, GOOD)
    with pytest.raises(LinkExpired):
        set_password_by_link(mall.office, "guessed", GOOD)


def test_of_two_who_use_a_link_at_once_one_sets_the_password(mall: Mall) -> None:
    secret = make_link(mall.office, "omar")
    words = ["first of the two", "second of the two"]
    used, raised = split(at_once(*(lambda one=one: set_password_by_link(mall.office, secret, one) for one in words)))
    assert used == ["omar"]
    assert [type(one) for one in raised] == [LinkExpired]


WEAK = ["", "x" * (SHORTEST_PASSWORD - 1), "x" * (LONGEST_PASSWORD + 1), "Wayan-WAYAN"]


def test_a_password_has_its_length_and_is_not_the_code(mall: Mall) -> None:
    open_account(mall.office, code="wayan-wayan", name="Wayan")
    for weak in WEAK:
        with pytest.raises(WeakPassword, match="8"):
            set_password(mall.office, "wayan-wayan", weak)
        with pytest.raises(SignInRefused):
            sign_in(mall.office, "wayan-wayan", weak)


def test_any_other_password_is_taken_as_it_is(mall: Mall) -> None:
    for good in ("x" * SHORTEST_PASSWORD, "ŋ" * LONGEST_PASSWORD, "  spaces  are  kept  "):
        set_password(mall.office, "omar", good)
        assert sign_in(mall.office, "omar", good)
        with pytest.raises(SignInRefused):
            sign_in(mall.office, "omar", good[:-1])


def test_a_new_password_ends_every_session(mall: Mall) -> None:
    set_password(mall.office, "omar", GOOD)
    secrets = [sign_in(mall.office, "omar", GOOD) for _ in range(2)]
    set_password(mall.office, "omar", "sepuluh kunci pintu")
    assert [session_of(mall.office, one) for one in secrets] == [None, None]


def test_nobody_is_told_of_and_nothing_happens(mall: Mall) -> None:
    before = row_counts(mall.office.database)
    for act in (
        lambda: close_account(mall.office, "nobody"),
        lambda: assign(mall.office, "nobody", []),
        lambda: take_away(mall.office, "nobody", role="verifier", desk="verifikasi"),
        lambda: make_link(mall.office, "nobody"),
        lambda: set_password(mall.office, "nobody", GOOD),
    ):
        with pytest.raises(UnknownPerson, match="nobody"):
            act()
    assert row_counts(mall.office.database) == before


def test_no_secret_stands_in_the_database(mall: Mall) -> None:
    link = make_link(mall.office, "omar")
    set_password(mall.office, "sari", GOOD)
    cookie = sign_in(mall.office, "sari", GOOD)
    with mall.office.reading() as connection:
        rows = [
            str(row)
            for table in ("people", "sign_ins", "one_time_links")
            for row in connection.exec_driver_sql(f"SELECT * FROM {table}")
        ]
    assert not [row for row in rows for secret in (link, GOOD, cookie) if secret in row]
    assert "$argon2id$v=19$m=19456,t=2,p=1$" in "".join(rows)
