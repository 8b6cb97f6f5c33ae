"""A building permit, whose assessment can be done at three desks: for what the doctor's permit does not show."""

from routing.actions.publish import publish, publish_office
from routing.domain.desks import Desk, Label, Role
from tests.domain.people_of_the_mall import person
from tests.domain.small_routes import disposisi
from tests.mall import Mall

NI_LUH = person("ni-luh", "assessor", "struktur")
KETUT = person("ketut", "assessor", "mep")
ASSESSORS = (NI_LUH, KETUT)
COUNTER = person("nengah", "front-desk", "loket-pendaftaran")


def opens_pbg(mall: Mall) -> None:
    """Puts the route into force, with its desks, roles and people."""
    label = Label(id="Penilaian", en="Assessment")
    desks = [Desk(code=code, label=label, unit="dpmptsp") for code in ("arsitektur", "struktur", "mep")]
    publish_office(mall.office, (), desks, [Role(code=code, label=label) for code in ("assessor", "senior")])
    assert publish(mall.office, disposisi(), by="tests")
    for one in (*ASSESSORS, COUNTER):
        mall.hires(one)
