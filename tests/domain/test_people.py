"""Who may do what, from when to when."""

from dataclasses import replace
from datetime import timedelta

import pytest

from routing.domain.acting import Acting, ActingTitle
from routing.domain.errors import NotAllowed
from routing.domain.people import (
    ADMINISTRATOR,
    AUDITOR,
    MANAGER,
    OFFICE,
    OFFICE_ROLES,
    SUPERVISOR,
    Action,
    Assignment,
    Place,
    may,
    require,
)
from tests.domain.people_of_the_mall import AGUS, IDA, MORNING, OMAR, person

VERIFYING = Place(desks=("verifikasi",), roles=("verifier",))
DAY = timedelta(days=1)


def test_a_role_at_a_desk_allows_deciding_there() -> None:
    assert may(OMAR, Action.DECIDE, VERIFYING, MORNING) is not None
    assert may(IDA, Action.DECIDE, VERIFYING, MORNING) is None


def test_the_right_role_at_another_desk_is_not_enough() -> None:
    elsewhere = person("made", "verifier", "penomoran")
    assert may(elsewhere, Action.DECIDE, VERIFYING, MORNING) is None


def test_another_role_at_the_right_desk_is_not_enough() -> None:
    trainee = person("komang", "front-desk", "verifikasi")
    assert may(trainee, Action.DECIDE, VERIFYING, MORNING) is None
    assert may(trainee, Action.SEE_QUEUE, VERIFYING, MORNING) is not None


def test_an_assignment_holds_from_its_first_moment_until_before_its_last() -> None:
    held = Assignment(role="verifier", desk="verifikasi", since=MORNING, until=MORNING + DAY)
    substitute = replace(OMAR, assignments=(held,))
    moments = [
        MORNING - timedelta(microseconds=1),
        MORNING,
        MORNING + DAY - timedelta(microseconds=1),
        MORNING + DAY,
    ]
    allowed = [may(substitute, Action.DECIDE, VERIFYING, at) is not None for at in moments]
    assert allowed == [False, True, True, False]


def test_the_assignment_that_holds_is_the_one_that_is_told() -> None:
    old = Assignment(role="verifier", desk="verifikasi", since=MORNING - 2 * DAY, until=MORNING - DAY)
    new = Assignment(role="verifier", desk="verifikasi", since=MORNING - DAY)
    assert may(replace(OMAR, assignments=(old, new)), Action.DECIDE, VERIFYING, MORNING) == new


def test_a_closed_account_may_do_nothing() -> None:
    for action in Action:
        assert may(replace(OMAR, is_closed=True), action, VERIFYING, MORNING) is None


def test_nobody_without_an_assignment_may_do_anything() -> None:
    nobody = replace(OMAR, assignments=())
    for action in Action:
        for place in (OFFICE, VERIFYING):
            assert may(nobody, action, place, MORNING) is None


@pytest.mark.parametrize("role", sorted(OFFICE_ROLES))
def test_who_watches_the_whole_office_decides_at_no_desk(role: str) -> None:
    """Not even when a role of the whole office is assigned at a desk, or a step names it."""
    for desk in (None, "verifikasi"):
        watcher = person("agus", role, desk)
        for action in (Action.REGISTER, Action.CLAIM, Action.DECIDE, Action.WITHDRAW):
            place = Place(desks=("verifikasi",), roles=("verifier", role))
            assert may(watcher, action, place, MORNING) is None


@pytest.mark.parametrize(
    ("action", "role"),
    [
        (Action.SEE_AUDIT_LOG, AUDITOR),
        (Action.MANAGE_PEOPLE, ADMINISTRATOR),
        (Action.SEE_QUEUE, MANAGER),
        (Action.SEE_APPLICATION, AUDITOR),
        (Action.SEE_APPLICATION, MANAGER),
    ],
)
def test_roles_of_the_whole_office_see_what_is_theirs(action: Action, role: str) -> None:
    assert may(person("x", role, None), action, OFFICE, MORNING) is not None


def test_only_the_auditor_reads_the_whole_log_and_only_the_administrator_keeps_accounts() -> None:
    for role in (*OFFICE_ROLES, "verifier"):
        somebody = person("x", role, None if role in OFFICE_ROLES else "verifikasi")
        assert (may(somebody, Action.SEE_AUDIT_LOG, OFFICE, MORNING) is not None) == (role == AUDITOR)
        assert (may(somebody, Action.MANAGE_PEOPLE, OFFICE, MORNING) is not None) == (role == ADMINISTRATOR)


def test_whoever_holds_a_role_in_their_own_right_does_not_act_for_anybody() -> None:
    (own,) = OMAR.assignments
    letter = Acting(title=ActingTitle.PLH, instrument="800/1/2026", dated=MORNING.date())
    standing_in = replace(own, acting=letter, until=MORNING + DAY)
    for held in ((own, standing_in), (standing_in, own)):
        assert may(replace(OMAR, assignments=held), Action.DECIDE, VERIFYING, MORNING) == own
    stand_in = replace(OMAR, assignments=(standing_in,))
    assert may(stand_in, Action.DECIDE, VERIFYING, MORNING) == standing_in
    assert may(stand_in, Action.DECIDE, VERIFYING, MORNING + DAY) is None


def test_only_an_administrator_erases_who_decides_nothing() -> None:
    for role in (*OFFICE_ROLES, "verifier"):
        somebody = person("x", role, None if role in OFFICE_ROLES else "verifikasi")
        assert (may(somebody, Action.ERASE, OFFICE, MORNING) is not None) == (role == ADMINISTRATOR)


def test_every_desk_sees_an_application_but_only_its_own_desk_sees_who_applies() -> None:
    assert may(IDA, Action.SEE_APPLICATION, VERIFYING, MORNING) is not None
    assert may(IDA, Action.SEE_PARTICULARS, VERIFYING, MORNING) is None
    assert may(OMAR, Action.SEE_PARTICULARS, VERIFYING, MORNING) is not None
    assert may(AGUS, Action.SEE_PARTICULARS, VERIFYING, MORNING) is None


def test_a_no_names_the_person_the_action_the_desk_and_the_role_it_takes() -> None:
    with pytest.raises(NotAllowed) as refusal:
        require(IDA, Action.DECIDE, VERIFYING, MORNING)
    for word in ("ida", "decide", "verifikasi", "verifier"):
        assert word in str(refusal.value)
    with pytest.raises(NotAllowed, match="auditor"):
        require(OMAR, Action.SEE_AUDIT_LOG, OFFICE, MORNING)


def test_a_supervisor_sees_their_desk_and_decides_nothing_there_even_where_a_route_says_so() -> None:
    over = person("surya", SUPERVISOR, "verifikasi")
    here = Place(desks=("verifikasi",), roles=(SUPERVISOR, "verifier"))
    for action in (Action.SEE_QUEUE, Action.SEE_APPLICATION):
        assert may(over, action, here, MORNING) is not None
    assert may(over, Action.SEE_QUEUE, Place(desks=("kepala-dinas",)), MORNING) is None
    for action in (Action.CLAIM, Action.RELEASE, Action.DECIDE, Action.WITHDRAW, Action.ATTACH, Action.REGISTER):
        assert may(over, action, here, MORNING) is None
    for action in (Action.SEE_AUDIT_LOG, Action.MANAGE_PEOPLE, Action.ERASE):
        assert may(over, action, OFFICE, MORNING) is None
