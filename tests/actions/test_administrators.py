"""Administrators: the last one stays, nobody is one beside a desk, and nobody else keeps accounts."""

import pytest

from routing.actions.keep_accounts import (
    DutiesCollide,
    assign,
    close_account,
    make_link,
    open_account,
    set_password,
    take_away,
)
from routing.domain.errors import LastAdministrator, NotAllowed
from routing.domain.people import ADMINISTRATOR, AUDITOR, MANAGER
from tests.actions.test_keep_accounts import GOOD, account
from tests.domain.people_of_the_mall import OMAR
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.threads import at_once, split


def administrator(mall: Mall, code: str, *, signs_in: bool = True) -> int:
    person_id = open_account(mall.office, code=code, name=code)
    assign(mall.office, code, [(ADMINISTRATOR, None)])
    if signs_in:
        set_password(mall.office, code, GOOD)
    return person_id


def test_the_last_administrator_who_can_sign_in_stays(mall: Mall) -> None:
    administrator(mall, "rina")
    administrator(mall, "adi", signs_in=False)
    with pytest.raises(LastAdministrator, match="rina"):
        take_away(mall.office, "rina", role=ADMINISTRATOR, desk=None)
    with pytest.raises(LastAdministrator, match="rina"):
        close_account(mall.office, "rina")
    # Whoever never got in may go; the one who can stays.
    assert take_away(mall.office, "adi", role=ADMINISTRATOR, desk=None) == 1
    assert not account(mall, "rina").is_closed
    administrator(mall, "jaka")
    assert take_away(mall.office, "rina", role=ADMINISTRATOR, desk=None) == 1
    close_account(mall.office, "rina")


def test_two_administrators_who_take_each_others_rights_away_leave_one(mall: Mall) -> None:
    ids = {code: administrator(mall, code) for code in ("rina", "adi")}
    ended, raised = split(
        at_once(
            lambda: take_away(mall.office, "rina", role=ADMINISTRATOR, desk=None, by=ids["adi"]),
            lambda: close_account(mall.office, "adi", by=ids["rina"]),
        )
    )
    assert len(ended) == 1, raised
    assert {type(one) for one in raised} <= {LastAdministrator, NotAllowed}, raised


@pytest.mark.parametrize("role", [AUDITOR, ADMINISTRATOR])
def test_nobody_decides_and_also_audits_or_keeps_accounts(mall: Mall, role: str) -> None:
    desk = ("verifier", "verifikasi")
    with pytest.raises(DutiesCollide, match=r"omar cannot be .* beside verifier \(verifikasi\)"):
        assign(mall.office, "omar", [(role, None)])
    open_account(mall.office, code="kadek", name="Kadek")
    with pytest.raises(DutiesCollide):
        assign(mall.office, "kadek", [desk, (role, None)])
    assign(mall.office, "kadek", [(role, None)])
    with pytest.raises(DutiesCollide, match=f"kadek cannot be verifier beside {role}"):
        assign(mall.office, "kadek", [desk])
    # What was given before holds; once it has ended, the other may be given.
    take_away(mall.office, "omar", role="verifier", desk="verifikasi")
    assign(mall.office, "omar", [(role, None)])


def test_a_manager_may_hold_a_desk(mall: Mall) -> None:
    assign(mall.office, "omar", [(MANAGER, None)])
    assert [one.role for one in account(mall, "omar").assignments] == ["verifier", MANAGER]


def test_only_an_administrator_of_this_moment_keeps_accounts(mall: Mall) -> None:
    by = administrator(mall, "rina")
    administrator(mall, "adi")
    open_account(mall.office, code="kadek", name="Kadek", by=by)
    assign(mall.office, "kadek", [(MANAGER, None)], by=by)
    make_link(mall.office, "kadek", by=by)
    take_away(mall.office, "kadek", role=MANAGER, desk=None, by=by)
    take_away(mall.office, "rina", role=ADMINISTRATOR, desk=None, by=by)
    before = row_counts(mall.office.database)
    for somebody in (by, mall.id_of(OMAR)):
        for act in (
            lambda by=somebody: open_account(mall.office, code="nyoman", name="Nyoman", by=by),
            lambda by=somebody: assign(mall.office, "kadek", [(ADMINISTRATOR, None)], by=by),
            lambda by=somebody: take_away(mall.office, "omar", role="verifier", desk="verifikasi", by=by),
            lambda by=somebody: make_link(mall.office, "adi", by=by),
            lambda by=somebody: close_account(mall.office, "kadek", by=by),
        ):
            with pytest.raises(NotAllowed, match="administrator"):
                act()
    assert row_counts(mall.office.database) == before
    assert not account(mall, "kadek").is_closed
