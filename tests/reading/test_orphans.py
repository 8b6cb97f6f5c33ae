"""Applications nobody can move are found, with the reason; those that only wait are not."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from routing.actions.decide import decide
from routing.actions.keep_accounts import assign, close_account, identify, open_account, take_away
from routing.domain.decision import Decision
from routing.domain.people import MANAGER
from routing.reading.orphans import Cause, orphans
from routing.storage.tables import applications, services, visits
from tests.actions.times_in_the_mall import opens, registers
from tests.domain.people_of_the_mall import LAST_YEAR, OMAR
from tests.domain.route_of_times import STEPS
from tests.domain.small_routes import label
from tests.mall import LESTARI, Mall


def causes(mall: Mall) -> list[tuple[Cause, str | None, int]]:
    return [(one.cause, one.desk, one.count) for one in orphans(mall.office)]


def test_what_only_waits_for_somebody_who_is_there_is_no_orphan(mall: Mall) -> None:
    mall.registers()
    mall.carries()
    mall.registers()
    assert causes(mall) == []


def test_a_desk_nobody_works_at_any_more_leaves_its_applications_alone(mall: Mall) -> None:
    first = mall.registers()
    mall.clock.advance(timedelta(minutes=1))
    second = mall.registers()
    mall.carries()
    close_account(mall.office, "omar")
    (found,) = orphans(mall.office)
    assert (found.cause, found.desk, found.count, found.roles) == (
        Cause.NOBODY_THERE, "verifikasi", 2, ("verifier",)
    )  # fmt: skip
    assert found.numbers == (first.number, second.number)
    assert found.since == first.submitted_at
    open_account(mall.office, code="rini", name="Rini")
    assign(mall.office, "rini", [("verifier", "verifikasi")])
    assert causes(mall) == []


def test_somebody_there_in_another_role_cannot_move_it(mall: Mall) -> None:
    mall.registers()
    take_away(mall.office, "omar", role="verifier", desk="verifikasi")
    assign(mall.office, "omar", [("back-office", "verifikasi")])
    assert causes(mall) == [(Cause.NO_ROLE, "verifikasi", 1)]


def test_a_role_that_begins_tomorrow_does_not_help_today(sqlite_mall: Mall) -> None:
    sqlite_mall.registers()
    sqlite_mall.clock.advance(-(sqlite_mall.clock.now - LAST_YEAR) - timedelta(days=1))
    assert causes(sqlite_mall) == [(Cause.NOBODY_THERE, "verifikasi", 1)]


def test_a_desk_no_route_in_force_leads_to_is_closed(sqlite_mall: Mall) -> None:
    mall = sqlite_mall
    mall.registers()
    close_account(mall.office, "omar")
    with mall.office.database.writing() as connection:
        other = sa.select(services.c.workflow).where(services.c.code == "nib").scalar_subquery()
        connection.execute(sa.update(services).values(workflow=other))
    assert causes(mall) == [(Cause.DESK_CLOSED, "verifikasi", 1)]


def test_a_program_that_gave_up_needs_somebody_who_may_help_it(mall: Mall) -> None:
    mall.registers()
    mall.carries()
    close_account(mall.office, "omar")
    with mall.office.database.writing() as connection:
        connection.execute(sa.update(visits).values(needs_attention=True).where(visits.c.closed_at.is_(None)))
    assert causes(mall) == [(Cause.NO_OPERATOR, "verifikasi", 1)]
    open_account(mall.office, code="hari", name="Hari")
    assign(mall.office, "hari", [(MANAGER, None)])
    assert causes(mall) == []


def test_a_repair_whose_origin_is_no_step_any_more_leads_nowhere(mall: Mall) -> None:
    application = mall.registers()
    mall.carries()
    mall.decides(application, OMAR, "return", reason="STR kabur", requirements=("registration",))
    assert causes(mall) == []
    for changed in ({"origin_step": "gone"}, {"step": "gone", "origin_step": None}):
        with mall.office.database.writing() as connection:
            connection.execute(sa.update(visits).values(changed).where(visits.c.closed_at.is_(None)))
        assert causes(mall) == [(Cause.LEADS_NOWHERE, "loket-pendaftaran", 1)]


def test_an_open_application_at_no_desk_is_found(mall: Mall) -> None:
    lost, joined = mall.registers(), mall.registers()
    with mall.office.database.writing() as connection:
        connection.execute(sa.update(visits).values(closed_at=mall.clock.now))
        reklame = sa.select(services.c.workflow).where(services.c.code == "izin-reklame").scalar_subquery()
        at_team = sa.update(applications).values(workflow=reklame, step="team")
        connection.execute(at_team.where(applications.c.id == joined.id))
    found = {one.cause: one.numbers for one in orphans(mall.office)}
    assert found == {Cause.AT_NO_DESK: (lost.number,), Cause.JOIN_UNMET: (joined.number,)}


def signed_by_other_eyes(mall: Mall) -> None:
    """A route in force whose permit is signed by nobody who verified it; a refusal takes no other eyes."""
    sign = dict(STEPS["sign"])
    sign["decisions"] = {
        **STEPS["sign"]["decisions"],
        "sign": {"label": label("Tanda tangani"), "to": "granted", "not_by": ["verify"]},
        "back": {"label": label("Kembalikan"), "to": "verify"},
    }
    steps = {code: one for code, one in STEPS.items() if code != "write-down"} | {"sign": sign}
    opens(mall, steps=steps)


def test_what_everybody_who_may_sign_has_verified_is_an_orphan_until_somebody_else_gets_the_role(mall: Mall) -> None:
    signed_by_other_eyes(mall)
    first, second = registers(mall), registers(mall)
    rini = open_account(mall.office, code="rini", name="Rini")
    assign(mall.office, "rini", [("verifier", "verifikasi")])
    for document, by in ((first, mall.id_of(OMAR)), (second, rini)):
        decide(mall.office, document.number, Decision(decision="forward"), person_id=by)
    assert causes(mall) == []
    # Only who verified the first may sign now; the second was verified by somebody else.
    assign(mall.office, "omar", [("head-of-office", "kepala-dinas")])
    close_account(mall.office, "ratna")
    (found,) = orphans(mall.office)
    assert (found.cause, found.desk, found.roles) == (Cause.OTHER_EYES, "kepala-dinas", ("head-of-office",))
    assert (found.count, found.numbers) == (1, (first.number,))
    assign(mall.office, "rini", [("head-of-office", "kepala-dinas")])
    assert causes(mall) == []
    # Whoever may only send it back or refuse it does not let it go on.
    take_away(mall.office, "omar", role="head-of-office", desk="kepala-dinas")
    assert [one.numbers for one in orphans(mall.office)] == [(second.number,)]


def test_what_only_its_own_applicant_could_decide_is_an_orphan(mall: Mall) -> None:
    identify(mall.office, "omar", LESTARI.nik)
    own = mall.registers()
    other = mall.registers(who=replace(LESTARI, nik="3579015506900002"))
    (found,) = orphans(mall.office)
    assert (found.cause, found.desk, found.roles) == (Cause.OTHER_EYES, "verifikasi", ("verifier",))
    assert found.numbers == (own.number,) != (other.number,)
    open_account(mall.office, code="rini", name="Rini")
    assign(mall.office, "rini", [("verifier", "verifikasi")])
    assert causes(mall) == []
