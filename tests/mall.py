"""A mall with its desks, its people and one service, whose documents are carried by hand: no Celery, no waiting."""

from collections.abc import Mapping, Sequence

from routing.actions.decide import decide
from routing.actions.deliver import deliver
from routing.actions.ring import Message, collect_rings
from routing.actions.submit import Registration, submit
from routing.catalogue.workflow_files import default_folder
from routing.cli.publishing import publish_files
from routing.domain.application import Application, Particulars, Submission
from routing.domain.decision import Decision
from routing.domain.people import Person
from routing.domain.visits import Visit
from routing.office import Office
from tests.clock import Clock
from tests.domain.people_of_the_mall import (
    AGUS,
    ALL_PAPERS,
    BUDI,
    DEWI,
    IDA,
    LAST_YEAR,
    OF_OTHER_SERVICES,
    OMAR,
    RATNA,
    SARI,
    WAYAN,
)

#: Everybody who works here; ``mall.id_of(OMAR)`` is the account's id in the database.
EVERYBODY = (IDA, OMAR, SARI, WAYAN, RATNA, DEWI, BUDI, AGUS, *OF_OTHER_SERVICES)
#: Who says what on the way that ends well.
ALL_GOES_WELL = (
    (OMAR, "forward"),
    (SARI, "recommend"),
    (WAYAN, "forward"),
    (RATNA, "sign"),
    (DEWI, "forward"),
    (BUDI, "hand-over"),
)
SERVICE = "sip-dokter"
#: The services whose people are here; publishing all of them for every test would take half a second each.
SERVICES = (SERVICE, "izin-reklame", "nib")
#: What the forms of other services cannot do without.
FORMS: Mapping[str, Mapping[str, object]] = {"izin-reklame": {"kind": "billboard", "height": "7,5"}}
LESTARI = Particulars(name="dr. Putu Lestari", nik="3579014107900001")


class Mall:
    """The office open for business."""

    def __init__(self, office: Office, clock: Clock) -> None:
        self.office = office
        self.clock = clock
        files = [default_folder() / f"{service}.yaml" for service in SERVICES]
        assert SERVICE in publish_files(office, files, by="tests").published
        self._ids: dict[str, int] = {}
        with office.transaction() as tx:
            for one in EVERYBODY:
                self._ids[one.code] = tx.people.insert(code=one.code, name=one.name, source=None, at=LAST_YEAR)
                tx.people.assign(self._ids[one.code], one.assignments)

    def id_of(self, person: Person) -> int:
        """The id of the person's account."""
        return self._ids[person.code]

    def hires(self, person: Person) -> int:
        """Another account, with the person's assignments; its id."""
        with self.office.transaction() as tx:
            self._ids[person.code] = tx.people.insert(code=person.code, name=person.name, source=None, at=LAST_YEAR)
            tx.people.assign(self._ids[person.code], person.assignments)
        return self._ids[person.code]

    def registers(
        self,
        *,
        by: Person = IDA,
        who: Particulars | None = LESTARI,
        papers: tuple[str, ...] = ALL_PAPERS,
        desk: str = "loket-pendaftaran",
        decision: str = "accept",
        next_desk: str | None = None,
        service: str = SERVICE,
        key: str | None = None,
        form: Mapping[str, object] | None = None,
        kind: str = "person",
        channel: str = "counter",
    ) -> Application:
        """An application at the counter; the document is on its way afterwards."""
        submission = Submission(
            desk=desk,
            decision=decision,
            next_desk=next_desk,
            papers=papers,
            particulars=who,
            form=FORMS.get(service, {}) if form is None else form,
            applicant_kind=kind,
            channel=channel,
        )
        registration = Registration(service=service, submission=submission, person_id=self.id_of(by), key=key)
        return submit(self.office, registration)

    def carries(self) -> list[Message]:
        """Whatever is due to be rung for arrives; the messages that took."""
        carried: list[Message] = []
        while messages := collect_rings(self.office):
            for message in messages:
                deliver(self.office, message.hand_offs)
            carried += messages
        return carried

    def decides(
        self,
        application: Application,
        by: Person,
        decision: str,
        *,
        visit: int | None = None,
        reason: str = "",
        requirements: tuple[str, ...] = (),
        next_desk: str | None = None,
        seen_version: int | None = None,
    ) -> Application:
        """Somebody decides; nothing is carried before or after."""
        said = Decision(
            decision=decision,
            visit=visit,
            reason=reason,
            requirements=requirements,
            next_desk=next_desk,
            seen_version=seen_version,
        )
        return decide(self.office, application.number, said, person_id=self.id_of(by))

    def walks(self, application: Application, way: Sequence[tuple[Person, str]] = ALL_GOES_WELL) -> Application:
        """The document is carried and decided upon, desk by desk."""
        for by, decision in way:
            self.carries()
            application = self.decides(application, by, decision)
        return application

    def application(self, number: str) -> Application:
        """As it stands in the database."""
        with self.office.transaction() as tx:
            return tx.application(number)

    def open_visits(self, application: Application) -> list[Visit]:
        """Where it lies, or is on its way to."""
        with self.office.transaction() as tx:
            return tx.open_visits(application.id)
