"""Folded from its log alone, every application stands where the tables have it, unless somebody went past the pen."""

from datetime import timedelta

import sqlalchemy as sa

from routing.domain.application import Application
from routing.reading.chains import verify_chains
from routing.reading.folded_states import verify_states
from routing.storage.tables import applications, audit_entries, open_dues, visits
from tests.domain.people_of_the_mall import MORNING, OMAR
from tests.forging import forge, forge_away
from tests.mall import Mall

OF_REKLAME = ("form", "id-card", "nib", "npwp", "site", "content", "structure", "land")


def in_the_mall(mall: Mall) -> Application:
    """One that was verified once, returned, repaired and lies at the first desk again, taken; others beside it."""
    mall.walks(mall.registers())
    mall.registers(service="izin-reklame", papers=OF_REKLAME)
    application = mall.walks(mall.registers(), [(OMAR, "forward")])
    mall.carries()
    return mall.application(application.number)


def found(mall: Mall) -> list[tuple[str, tuple[str, ...]]]:
    return [(one.number, one.problems) for one in verify_states(mall.office).differences]


def test_honest_books_are_as_their_log_tells(mall: Mall) -> None:
    in_the_mall(mall)
    report = verify_states(mall.office)
    assert (report.applications, report.differences) == (3, ())


def test_an_application_that_was_taken_out_is_missed_by_its_log_and_its_visits(mall: Mall) -> None:
    kept, last = mall.registers(), mall.registers()
    for taken in (kept, last):
        forge_away(mall.office, taken.id)
        name = f"application {taken.id}"
        told = [problems[0].split()[1] for number, problems in found(mall) if number == name]
        assert told == ["entries", "visits"]
        broken = [(one.number, one.problem) for one in verify_chains(mall.office).breaks]
        assert (taken.number, "the log tells of an application that is not there") in broken


OF_APPLICATION = {
    "step": "sign",
    "outcome": "granted",
    "version": 99,
    "submitted_at": MORNING - timedelta(days=3),
    "channel": "online",
    "papers": [],
}


def test_an_application_that_was_changed_beside_the_pen_is_named_with_what_was_changed(mall: Mall) -> None:
    application = in_the_mall(mall)
    its = applications.c.id == application.id
    with mall.office.reading() as connection:
        was = connection.execute(sa.select(applications).where(its)).one()._asdict()
    for column, value in OF_APPLICATION.items():
        forge(mall.office, sa.update(applications).where(its).values({column: value}))
        ((number, problems),) = found(mall)
        assert (number, column in problems[0]) == (application.number, True), problems
        forge(mall.office, sa.update(applications).where(its).values({column: was[column]}))
    assert found(mall) == []


def test_an_answer_of_the_form_that_was_changed_beside_the_pen_is_named(mall: Mall) -> None:
    document = mall.registers(service="izin-reklame", papers=OF_REKLAME)
    assert found(mall) == []
    changed = dict(mall.application(document.number).facts) | {"form.height": "1"}
    forge(mall.office, sa.update(applications).values(facts=changed))
    assert found(mall) == [
        (document.number, ("the application's form.height is 1, by the log it is 7.5",)),
    ]


OF_VISIT = {
    "step": "sign",
    "desk": "kepala-dinas",
    "sent_at": MORNING - timedelta(days=2),
    "arrived_at": None,
    "holder": "sari",
    "claimed_at": MORNING,
    "closed_at": MORNING,
    "decision": "refuse",
    "decided_by": "sari",
}


def test_a_visit_that_was_changed_beside_the_pen_is_named_with_what_was_changed(mall: Mall) -> None:
    application = in_the_mall(mall)
    last = (visits.c.application_id == application.id) & (visits.c.no == application.visit_count)
    with mall.office.reading() as connection:
        was = connection.execute(sa.select(visits).where(last)).one()._asdict()
    for column, value in OF_VISIT.items():
        forge(mall.office, sa.update(visits).where(last).values({column: value}))
        ((number, problems),) = found(mall)
        assert number == application.number
        assert f"{column} of visit {application.visit_count}" in " ".join(problems)
        forge(mall.office, sa.update(visits).where(last).values({column: was[column]}))


def test_a_visit_that_was_taken_away_or_made_up_is_named(mall: Mall) -> None:
    application = in_the_mall(mall)
    last = (visits.c.application_id == application.id) & (visits.c.no == application.visit_count)
    with mall.office.reading() as connection:
        row = connection.execute(sa.select(visits).where(last)).one()._asdict()
    forge(mall.office, sa.insert(visits).values(row | {"no": 9}))
    assert found(mall)[0][1][0] == "the log knows no visit 9"
    forge(mall.office, sa.delete(visits).where(last), sa.delete(visits).where(visits.c.no == 9))
    assert f"visit {application.visit_count} is not in the books any more" in found(mall)[0][1]


def test_a_board_that_hides_what_is_due_is_named(mall: Mall) -> None:
    application = in_the_mall(mall)
    later = {"desk_due": MORNING + timedelta(days=90)}
    forge(mall.office, sa.update(open_dues).where(open_dues.c.application_id == application.id).values(later))
    ((number, problems),) = found(mall)
    assert (number, problems[0].split(" shows")[0]) == (application.number, "the board of what is due")


def test_a_log_that_was_forged_with_its_chain_is_told_as_far_as_it_can_be(mall: Mall) -> None:
    """Whoever rewrites the chain is the seals' to find; folding it must not break down."""
    application = in_the_mall(mall)
    its = audit_entries.c.application_id == application.id
    forge(mall.office, sa.update(audit_entries).where(its).values(body=b"[]"))
    ((number, problems),) = found(mall)
    assert (number, problems) == (application.number, ("where it stands cannot be told from the log: KeyError",))
    assert verify_chains(mall.office).breaks != ()
