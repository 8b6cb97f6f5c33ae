"""Cases of the past walk in by the same rules and the same pen, with the times of their log."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
import sqlalchemy as sa

from routing.actions.claim import claim
from routing.actions.deliver import deliver
from routing.actions.import_case import Prepared, import_moves, prepare_import
from routing.actions.ring import collect_rings
from routing.actions.sign_in import sign_in
from routing.actions.submit import Registration, submit
from routing.domain.application import Application, Submission
from routing.domain.decision import Decision
from routing.domain.errors import (
    AlreadyThere,
    DecisionNotPossible,
    NotAllowed,
    Refusal,
    SignInRefused,
    StillOnItsWay,
    UnknownApplication,
    UnknownService,
)
from routing.domain.imported_log import ImportedMove, Retelling
from routing.domain.workflow import Outcome
from routing.office import Office
from routing.reading.chains import verify_chains
from routing.reading.imported_cases import case_progress
from routing.storage.tables import audit_entries
from routing.workshop.discover import retell
from tests.domain.people_of_the_mall import IDA, LAST_YEAR, OMAR
from tests.event_logs import ASK, CHECK, DECIDE, RECEIVE, case, log_of, receipts
from tests.mall import Mall
from tests.row_counts import row_counts
from tests.sound_books import require_sound

RETELLING = retell(receipts(), service="receipt")
FIRST, SECOND = RETELLING.cases[0].moves, RETELLING.cases[1].moves


def prepared(mall: Mall, retelling: Retelling = RETELLING) -> Prepared:
    return prepare_import(mall.office, retelling.cast)


def tell(
    mall: Mall, *moves: ImportedMove, numbers: Mapping[str, str] | None = None, retelling: Retelling = RETELLING
) -> list[Application | Refusal]:
    office = mall.office
    people = prepare_import(office, retelling.cast).people
    book = office.rule_book(retelling.cast.workflow.content_hash).counted_by(office.calendar())
    return import_moves(office, book, moves, numbers=numbers or {}, people=people)


def arrive_all(office: Office) -> None:
    for message in collect_rings(office):
        deliver(office, message.hand_offs)


def told(result: Application | Refusal) -> Application:
    assert isinstance(result, Application), result
    return result


def test_a_case_is_told_move_by_move_with_its_own_times_and_people(mall: Mall) -> None:
    (result,) = tell(mall, FIRST[0])
    application = told(result)
    assert (application.imported_case, application.channel, application.step) == ("case-1", "import", "periksa")
    assert application.submitted_at == application.changed_at == LAST_YEAR
    for imported in FIRST[1:]:
        arrive_all(mall.office)
        (result,) = tell(mall, imported, numbers={"case-1": application.number})
        assert told(result).changed_at == imported.at
    ended = mall.application(application.number)
    assert (ended.step, ended.outcome) == ("closed", Outcome.CLOSED)
    with mall.office.reading() as connection:
        decided = connection.execute(
            sa.select(audit_entries.c.at, audit_entries.c.actor)
            .where(audit_entries.c.kind == "decided")
            .order_by(audit_entries.c.seq)
        ).all()
    assert [tuple(row) for row in decided] == [(one.at, one.actor) for one in FIRST]
    require_sound(mall.office)


def test_a_document_of_the_past_arrives_when_it_was_sent(mall: Mall) -> None:
    (result,) = tell(mall, FIRST[0])
    mall.clock.advance(timedelta(days=3))
    arrive_all(mall.office)
    (visit,) = mall.open_visits(told(result))
    assert visit.arrived_at == visit.sent_at == LAST_YEAR


def test_it_waits_for_its_document_like_everybody_else(mall: Mall) -> None:
    (result,) = tell(mall, FIRST[0])
    (refused,) = tell(mall, FIRST[1], numbers={"case-1": told(result).number})
    assert isinstance(refused, StillOnItsWay)


def test_the_number_is_of_the_year_of_the_log(mall: Mall) -> None:
    (result,) = tell(mall, FIRST[0])
    assert told(result).number.startswith(f"RECEIPT-{LAST_YEAR.year}-000001-")


def test_a_case_is_in_only_once(mall: Mall) -> None:
    (first,) = tell(mall, FIRST[0])
    before = row_counts(mall.office.database)
    (again,) = tell(mall, FIRST[0])
    assert again == first
    assert row_counts(mall.office.database) == before


def test_what_is_refused_in_a_batch_stops_no_other(mall: Mall) -> None:
    first, second = (told(one) for one in tell(mall, FIRST[0], SECOND[0]))
    numbers = {"case-1": first.number, "case-2": second.number}
    arrive_all(mall.office)
    wrong = replace(SECOND[1], said=Decision(decision="to-arsipkan"))
    results = tell(mall, FIRST[1], wrong, RETELLING.cases[3].moves[0], numbers=numbers)
    assert told(results[0]).step == "putuskan"
    assert isinstance(results[1], DecisionNotPossible)
    assert told(results[2]).imported_case == "case-4"
    assert mall.application(numbers["case-2"]).step == "periksa"
    report = verify_chains(mall.office)
    # Three submitted and decided, two arrived, one decided again.
    assert (report.chains, report.entries, report.breaks) == (3, 3 * 2 + 2 + 1, ())


def test_nobody_of_a_log_does_what_the_log_does_not_show(mall: Mall) -> None:
    numbers = {"case-1": told(tell(mall, FIRST[0])[0]).number}
    arrive_all(mall.office)
    (refused,) = tell(mall, replace(FIRST[1], actor="Resource01"), numbers=numbers)
    assert isinstance(refused, NotAllowed)


def test_a_decision_of_the_offices_own_is_never_back_dated(mall: Mall) -> None:
    own = mall.registers()
    mall.carries()
    before = row_counts(mall.office.database)
    prepared(mall)
    forged = replace(FIRST[1], case=own.number, said=Decision(decision="forward"))
    with_number, by_name = (
        tell(mall, forged, numbers=numbers)[0] for numbers in ({forged.case: own.number}, {"another": own.number})
    )
    assert isinstance(with_number, AlreadyThere)
    assert isinstance(by_name, UnknownApplication)
    after = row_counts(mall.office.database)
    assert (after["audit_entries"], after["versions"]) == (before["audit_entries"], before["versions"])
    assert mall.application(own.number).version == own.version + 1


def test_a_log_does_not_replace_a_service_of_the_office(mall: Mall) -> None:
    before = row_counts(mall.office.database)
    with pytest.raises(AlreadyThere, match="sip-dokter"):
        prepared(mall, retell(receipts(), service="sip-dokter"))
    assert row_counts(mall.office.database) == before


def test_the_counter_takes_no_new_application_for_the_past(mall: Mall) -> None:
    prepared(mall)
    submission = Submission(desk="receipt.loket", decision="to-periksa", imported_case="case-9")
    with pytest.raises(UnknownService, match="receipt"):
        submit(mall.office, Registration(service="receipt", submission=submission, person_id=mall.id_of(IDA)))


def test_preparing_again_changes_nothing_but_what_is_new(mall: Mall) -> None:
    first = prepared(mall)
    before = row_counts(mall.office.database)
    second = prepared(mall)
    assert (first.brought_desks, second.brought_desks) == (True, False)
    assert second.people == first.people
    assert row_counts(mall.office.database) == before
    longer = retell(
        log_of(*receipts().cases, case("case-7", RECEIVE, ("Periksa", "Resource09", "Lapangan"))), service="receipt"
    )
    third = prepared(mall, longer)
    assert third.brought_desks
    assert third.people.keys() - first.people.keys() == {"Resource09"}


def test_a_case_that_began_goes_on_under_the_version_it_began_with(mall: Mall) -> None:
    numbers = {"case-2": told(tell(mall, SECOND[0])[0]).number}
    arrive_all(mall.office)
    longer = retell(log_of(*receipts().cases, case("case-7", RECEIVE, DECIDE, ASK, CHECK)), service="receipt")
    assert longer.cast.workflow.content_hash != RETELLING.cast.workflow.content_hash
    (result,) = tell(mall, longer.cases[1].moves[1], numbers=numbers, retelling=longer)
    assert told(result).workflow == RETELLING.cast.workflow.content_hash


def test_accounts_of_a_log_never_sign_in_and_never_mix_with_the_offices_own(mall: Mall) -> None:
    omar_too = retell(log_of(case("a", ("Verifikasi", "omar", "verifikasi"))), service="past")
    people = prepared(mall, omar_too).people
    assert people["omar"].id != mall.id_of(OMAR)
    with pytest.raises(SignInRefused):
        sign_in(mall.office, "Resource01", "")
    document = mall.registers()
    mall.carries()
    with pytest.raises(NotAllowed):
        claim(mall.office, document.number, visit=2, person_id=people["omar"].id)


def test_how_far_every_case_has_come_is_read_from_the_books(mall: Mall) -> None:
    results = tell(mall, FIRST[0], RETELLING.cases[4].moves[0])
    first, single = (told(one) for one in results)
    progress = case_progress(mall.office, "receipt")
    assert {name: (one.decided, one.visit, one.is_open) for name, one in progress.items()} == {
        "case-1": (1, 2, True),
        "case-5": (1, 1, False),
    }
    assert (progress["case-1"].number, progress["case-1"].application_id) == (first.number, first.id)
    assert single.outcome is Outcome.CLOSED
    assert case_progress(mall.office, "another") == {}
