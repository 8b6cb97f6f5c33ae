"""The permit of many ways at the doors: put into force, with its desks and somebody at each."""

from routing.actions.publish import publish, publish_office
from routing.domain.desks import Desk, Label, Role
from tests.domain.permit_of_many_ways import many_ways
from tests.web.visitors import PASSWORD, WebMall

_NAME = Label(id="Meja", en="Desk")
_DESKS = ("survei-barat", "survei-timur", "pupr", "dishub", "dlh")


def opens_many_ways(mall: WebMall) -> None:
    """Omar verifies and Ratna signs here, too; Sari surveys and is the expert of Public Works."""
    desks = [Desk(code=code, label=_NAME, unit="dpmptsp") for code in _DESKS]
    publish_office(mall.office, (), desks, [Role(code=code, label=_NAME) for code in ("surveyor", "expert")])
    assert publish(mall.office, many_ways(), by="tests")
    mall.add_person("surya", [("surveyor", "survei-barat"), ("expert", "pupr")], PASSWORD)


def new_permit(area: object = 110, **changed: object) -> dict[str, object]:
    return {
        "service": "many-ways",
        "desk": "loket-pendaftaran",
        "applicant": {"name": "Siti Rahmawati", "nik": "3579014107900001"},
        "form": {"area": area},
        "papers": ["form", "plan", "insurance"],
        **changed,
    }
