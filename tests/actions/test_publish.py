"""What is published is in force at once; open applications keep the version they started under."""

import pytest

from routing.actions.publish import publish, publish_office
from routing.domain.desks import Desk, Label, Role, Unit
from routing.domain.errors import AlreadyThere
from routing.domain.workflow import Workflow
from routing.reading.catalogue import directory, services_in_force
from routing.reading.desk_codes import desk_codes
from tests.domain.people_of_the_mall import IDA
from tests.mall import SERVICE, Mall
from tests.threads import at_once

LABEL = Label(id="Baru", en="New")


def changed(mall: Mall, **fields: object) -> Workflow:
    written = mall.office.book_in_force(SERVICE).workflow.model_dump()
    return Workflow.model_validate(written | fields)


def test_a_version_in_force_is_not_published_again(mall: Mall) -> None:
    workflow = mall.office.book_in_force(SERVICE).workflow
    assert publish(mall.office, workflow, by="tests") is False
    assert publish(mall.office, changed(mall, working_days=8), by="tests") is True
    assert mall.office.book_in_force(SERVICE).workflow.working_days == 8


def test_going_back_to_an_earlier_version_puts_that_very_version_into_force(mall: Mall) -> None:
    first = mall.office.book_in_force(SERVICE).workflow
    publish(mall.office, changed(mall, working_days=8), by="tests")
    assert publish(mall.office, first, by="tests") is True
    assert mall.office.book_in_force(SERVICE).workflow == first
    with mall.office.reading() as connection:
        rows = (
            connection.exec_driver_sql("SELECT hash FROM workflow_versions WHERE service = 'sip-dokter'")
            .scalars()
            .all()
        )
    assert len(rows) == 2


def test_what_is_stored_is_what_was_published_to_the_byte(mall: Mall) -> None:
    workflow = changed(mall, sources=("é 林 \U0001f3db",))
    publish(mall.office, workflow, by="tests")
    with mall.office.transaction() as tx:
        document = tx.published.document(workflow.content_hash)
    assert document == workflow.canonical
    assert Workflow.model_validate_json(document) == workflow


def test_several_who_publish_the_same_at_once_publish_it_once(mall: Mall) -> None:
    workflow = changed(mall, working_days=8)
    results = at_once(*[lambda: publish(mall.office, workflow, by="tests")] * 4)
    assert sorted(results) == [False, False, False, True], results


def test_several_who_publish_a_new_service_at_once_publish_it_once(mall: Mall) -> None:
    workflow = changed(mall, service="sip-bidan")
    results = at_once(*[lambda: publish(mall.office, workflow, by="tests")] * 4)
    assert sorted(results) == [False, False, False, True], results


def test_several_who_open_new_desks_at_once_open_them_once(mall: Mall) -> None:
    new = [Desk(code="arsitektur", label=LABEL, unit="pupr"), Desk(code="struktur", label=LABEL, unit="pupr")]
    results = at_once(*[lambda: publish_office(mall.office, [Unit(code="pupr", label=LABEL)], new, [])] * 3)
    assert results == [None] * 3
    assert {"arsitektur", "struktur"} <= set(desk_codes(mall.office))


def test_desks_are_added_and_renamed_and_never_taken_away(mall: Mall) -> None:
    before = desk_codes(mall.office)
    publish_office(
        mall.office,
        [Unit(code="pupr", label=LABEL)],
        [
            Desk(code="arsitektur", label=LABEL, unit="pupr"),
            Desk(code="verifikasi", label=LABEL, unit="dpmptsp", counter=True),
        ],
        [Role(code="assessor", label=LABEL)],
    )
    assert set(desk_codes(mall.office)) == {*before, "arsitektur"}
    with mall.office.reading() as connection:
        here = directory(connection)
    assert here.desks["verifikasi"].label == LABEL
    assert here.desks["verifikasi"].counter is True
    assert here.desks["arsitektur"].unit == "pupr"
    assert here.roles["assessor"].label == LABEL


def test_the_counter_offers_what_is_in_force(mall: Mall) -> None:
    publish(mall.office, changed(mall, service="sip-bidan"), by="tests")
    offered = [workflow.service for workflow in services_in_force(mall.office)]
    assert {"sip-bidan", "sip-dokter"} <= set(offered)
    assert offered == sorted(offered)
    assert mall.registers(service="sip-bidan", by=IDA).number.startswith("SIP-BIDAN-2026-000001-")


def test_a_route_of_the_office_and_one_of_a_log_do_not_take_each_others_place(mall: Mall) -> None:
    own = mall.office.book_in_force(SERVICE).workflow
    with pytest.raises(AlreadyThere, match=SERVICE):
        publish(mall.office, changed(mall, imported_from=SERVICE), by="tests")
    assert mall.office.book_in_force(SERVICE).workflow == own
    walked = changed(mall, service="receipt", imported_from="receipt")
    assert publish(mall.office, walked, by="tests") is True
    with pytest.raises(AlreadyThere, match="receipt"):
        publish(mall.office, changed(mall, service="receipt"), by="tests")
    assert mall.office.book_in_force("receipt").workflow == walked
