"""Walks a retold log through the pure domain: every move in order, as replay would write it."""

from routing.domain import intake, moves, stays
from routing.domain.application import Application, Identity, Submission
from routing.domain.imported_log import ImportedCase, Retelling
from routing.domain.people import Person
from routing.domain.state_machine import RuleBook
from routing.domain.visits import Visit
from tests.calendars import counted


def people_of(retelling: Retelling) -> dict[str, Person]:
    return {
        code: Person(id=number, code=code, name=code, source="log", assignments=held)
        for number, (code, held) in enumerate(retelling.cast.people.items(), start=1)
    }


def walk(retelling: Retelling, case: ImportedCase, book: RuleBook | None = None) -> Application:
    """The application at the end of the case; raises the refusal if a move is refused."""
    book = book or counted(retelling.cast.workflow)
    people = people_of(retelling)
    application: Application | None = None
    visits: dict[int, Visit] = {}
    for imported in case.moves:
        person = people[imported.actor]
        if isinstance(imported.said, Submission):
            identity = Identity(id=1, number="X-2025-000001-0", tracking_code="X", digest_key=bytes(32))
            move = intake.submit(book, imported.said, person=person, identity=identity, at=imported.at)
        else:
            assert application is not None, "a case begins with its submission"
            for visit in visits.values():
                if visit.is_open:
                    arrived = stays.arrive(book, application, visit, now=imported.at)
                    application = arrived.after
                    visits |= {one.no: one for one in arrived.visits}
            open_visits = [visit for visit in visits.values() if visit.is_open]
            move = moves.decide(
                book, application, open_visits, imported.said, person=person, at=imported.at, digest_key=b""
            )
        application = move.after
        visits |= {one.no: one for one in move.visits}
    assert application is not None
    return application
