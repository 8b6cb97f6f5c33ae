"""The try-out mall's accounts: one password, printed again at every start, and nobody else's account touched."""

import stat
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from routing.actions.keep_accounts import open_account, set_password, take_away
from routing.actions.open_demo import PASSWORD_FILE, open_demo
from routing.actions.sign_in import sign_in
from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.domain.errors import AlreadyThere, SignInRefused
from routing.domain.people import SUPERVISOR, Action, Place, may
from routing.office import Office
from routing.reading.catalogue import services_in_force
from routing.reading.sessions import session_of


def test_somebody_decides_at_every_step_of_every_service(sqlite_office: Office) -> None:
    publish_files(sqlite_office, by="tests")
    accounts = open_demo(sqlite_office)
    seated = {(account.role, desk) for account in accounts for desk in account.desks}
    for service in services_in_force(sqlite_office):
        for code, step in service.steps.items():
            assert {(role, desk) for role in step.roles for desk in step.every_desk} <= seated, code
    for account in accounts:
        session = session_of(sqlite_office, sign_in(sqlite_office, account.code, account.password))
        assert session is not None
        held = {(one.role, one.desk) for one in session.person.assignments}
        assert held == {(account.role, desk) for desk in account.desks or (None,)}


def test_what_came_later_has_somebody_too_and_what_was_taken_away_stays_away(sqlite_office: Office) -> None:
    folder = default_folder()
    publish_files(sqlite_office, [folder / "fasilitasi-haccp.yaml"], by="tests")
    (verifier,) = [one for one in open_demo(sqlite_office) if one.code == "verifier"]
    (at_first,) = verifier.desks
    take_away(sqlite_office, "verifier", role="verifier", desk=at_first)
    publish_files(sqlite_office, [folder / "skck.yaml"], by="tests")
    (verifier,) = [one for one in open_demo(sqlite_office) if one.code == "verifier"]
    assert set(verifier.desks) == {at_first, "penelitian-skck"}
    session = session_of(sqlite_office, sign_in(sqlite_office, "verifier", verifier.password))
    assert session is not None
    held = [one.desk for one in session.person.assignments if one.until is None]
    assert held == ["penelitian-skck"]


def test_opinions_of_several_people_have_several_people(sqlite_office: Office) -> None:
    publish_files(sqlite_office, [default_folder() / "usulan-inovasi.yaml"], by="tests")
    judges = [one for one in open_demo(sqlite_office) if one.role == "judge"]
    assert len({one.code for one in judges}) == len(judges) == 5
    assert all(len(one.desks) == 1 for one in judges)


def test_a_second_start_prints_the_same_and_ends_no_session(sqlite_office: Office) -> None:
    publish_files(sqlite_office, by="tests")
    first = open_demo(sqlite_office)
    secret = sign_in(sqlite_office, "ida", first[0].password)
    assert open_demo(sqlite_office) == first
    assert session_of(sqlite_office, secret) is not None


def test_what_is_printed_works_even_after_somebody_changed_the_password(sqlite_office: Office) -> None:
    publish_files(sqlite_office, by="tests")
    open_demo(sqlite_office)
    set_password(sqlite_office, "ida", "kata sandi yang lain")
    password = open_demo(sqlite_office)[0].password
    assert sign_in(sqlite_office, "ida", password)
    with pytest.raises(SignInRefused):
        sign_in(sqlite_office, "ida", "kata sandi yang lain")


def test_the_password_is_drawn_for_each_mall_and_read_by_its_owner_only(sqlite_office: Office) -> None:
    publish_files(sqlite_office, by="tests")
    password = open_demo(sqlite_office)[0].password
    file = sqlite_office.settings.data / PASSWORD_FILE
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert file.read_text().strip() == password
    assert len(password) == 14


def test_a_real_office_is_not_made_a_demo(sqlite_office: Office) -> None:
    publish_files(sqlite_office, by="tests")
    open_account(sqlite_office, code="omar", name="Omar yang sebenarnya")
    with pytest.raises(AlreadyThere):
        open_demo(sqlite_office)
    assert not (sqlite_office.settings.data / PASSWORD_FILE).exists()
    with pytest.raises(SignInRefused):
        sign_in(sqlite_office, "ida", "apa pun")


def test_who_would_sit_at_a_desk_this_office_does_not_have_is_left_out(sqlite_office: Office) -> None:
    assert {account.code for account in open_demo(sqlite_office)} == {"agus", "rina", "hari"}


def test_a_start_that_ends_before_its_commit_does_not_stop_the_next(
    sqlite_office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The password is in its file before the accounts are in the books."""

    class Killed(BaseException):
        """As kill -9: nothing catches it."""

    publish_files(sqlite_office, by="tests")
    writing = sqlite_office.database.writing

    @contextmanager
    def killed_at_commit(**how: bool) -> Iterator[object]:
        with writing(**how) as connection:
            yield connection
            raise Killed

    monkeypatch.setattr(sqlite_office.database, "writing", killed_at_commit)
    with pytest.raises(Killed):
        open_demo(sqlite_office)
    monkeypatch.undo()
    kept = (sqlite_office.settings.data / PASSWORD_FILE).read_text().strip()
    accounts = open_demo(sqlite_office)
    assert {account.password for account in accounts} == {kept}
    assert sign_in(sqlite_office, "ida", kept)


def test_somebody_supervises_the_desks_one_tries_first_and_decides_at_none(sqlite_office: Office) -> None:
    publish_files(sqlite_office, [default_folder() / "sip-dokter.yaml"], by="tests")
    (gita,) = [one for one in open_demo(sqlite_office) if one.role == SUPERVISOR]
    assert set(gita.desks) >= {"loket-pendaftaran", "verifikasi"}
    session = session_of(sqlite_office, sign_in(sqlite_office, gita.code, gita.password))
    assert session is not None
    here = Place(desks=("verifikasi",), roles=("verifier", SUPERVISOR))
    assert may(session.person, Action.SEE_QUEUE, here, sqlite_office.now()) is not None
    assert may(session.person, Action.DECIDE, here, sqlite_office.now()) is None
