"""Sessions: begun with a password, ended by signing out, by idling, or after a working day."""

from datetime import timedelta

import pytest

from routing.actions.keep_accounts import set_password
from routing.actions.sign_in import end_stale_sessions, keep_signed_in, sign_in, sign_out
from routing.domain.errors import SignInRefused
from routing.reading.sessions import session_of
from tests.mall import Mall
from tests.row_counts import row_counts

PASSWORD = "sembilan kunci pintu"


@pytest.fixture
def secret(mall: Mall) -> str:
    set_password(mall.office, "omar", PASSWORD)
    return sign_in(mall.office, "omar", PASSWORD)


def test_a_cookie_names_its_person(mall: Mall, secret: str) -> None:
    session = session_of(mall.office, secret)
    assert session is not None
    assert session.person.code == "omar"
    assert session.person.assignments[0].desk == "verifikasi"
    assert session.seen_at == mall.clock.now


def test_every_session_has_its_own_secret_and_its_own_form_token(mall: Mall, secret: str) -> None:
    other = sign_in(mall.office, "omar", PASSWORD)
    one, two = session_of(mall.office, secret), session_of(mall.office, other)
    assert one is not None
    assert two is not None
    assert len({secret, other, one.form_token, two.form_token}) == 4
    assert min(len(secret), len(one.form_token)) >= 43


def test_a_cookie_nobody_was_given_names_nobody(mall: Mall, secret: str) -> None:
    forged = ["", "guessed", "\x00", "x" * 100_000, "'; DROP TABLE sign_ins; --", secret[:-1], secret + "="]
    assert [session_of(mall.office, cookie) for cookie in forged] == [None] * len(forged)
    assert session_of(mall.office, secret) is not None


WRONG = [
    ("omar", "wrong"),
    ("omar", ""),
    ("omar", PASSWORD + " "),
    ("omar", PASSWORD + "\x00"),
    ("omar\x00", PASSWORD),
    ("OMAR", PASSWORD),
    ("nobody", PASSWORD),
    ("sari", PASSWORD),
    ("sari", ""),
    ("", ""),
]


def test_whatever_was_wrong_the_answer_is_the_same(mall: Mall, secret: str, subtests: pytest.Subtests) -> None:
    before = row_counts(mall.office.database)
    for code, password in WRONG:
        with subtests.test(repr((code, password))):
            with pytest.raises(SignInRefused) as refused:
                sign_in(mall.office, code, password)
            assert str(refused.value) == SignInRefused.template()
    assert row_counts(mall.office.database) == before


def test_half_an_hour_without_a_click_ends_a_session(mall: Mall, secret: str) -> None:
    idle = timedelta(minutes=mall.office.settings.session_idle_minutes)
    mall.clock.advance(idle)
    assert session_of(mall.office, secret) is not None
    mall.clock.advance(timedelta(microseconds=1))
    assert session_of(mall.office, secret) is None


def test_whoever_keeps_clicking_stays_signed_in_until_the_day_is_over(mall: Mall, secret: str) -> None:
    session = session_of(mall.office, secret)
    assert session is not None
    started = mall.clock.now
    lasts = timedelta(hours=mall.office.settings.session_hours)
    while mall.clock.advance(timedelta(minutes=20)) <= started + lasts:
        keep_signed_in(mall.office, session.token_hash)
        assert session_of(mall.office, secret) is not None
    keep_signed_in(mall.office, session.token_hash)
    assert session_of(mall.office, secret) is None


def test_signing_out_ends_this_session_and_no_other(mall: Mall, secret: str) -> None:
    other = sign_in(mall.office, "omar", PASSWORD)
    session = session_of(mall.office, secret)
    assert session is not None
    sign_out(mall.office, session.token_hash)
    assert session_of(mall.office, secret) is None
    assert session_of(mall.office, other) is not None
    sign_out(mall.office, session.token_hash)


def test_sessions_that_are_over_leave_the_books(mall: Mall, secret: str) -> None:
    mall.clock.advance(timedelta(minutes=mall.office.settings.session_idle_minutes - 1))
    fresh = sign_in(mall.office, "omar", PASSWORD)
    assert end_stale_sessions(mall.office) == 0
    mall.clock.advance(timedelta(minutes=2))
    assert end_stale_sessions(mall.office) == 1
    assert end_stale_sessions(mall.office) == 0
    assert session_of(mall.office, secret) is None
    assert session_of(mall.office, fresh) is not None
