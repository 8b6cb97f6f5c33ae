"""The 14 components of a service standard (UU 25/2009, article 21), and which six the public is shown.

The six of service delivery must be published, the eight of manufacturing are the office's own (PermenPANRB 15/2014).
"""

from __future__ import annotations

from typing import Annotated

from pydantic import StringConstraints

from routing.domain.desks import Frozen, Label

_Text = Annotated[str, StringConstraints(max_length=4_000)]


class Component(Frozen):
    """What a standard says of one component, in both languages. Empty until somebody has written it."""

    id: _Text = ""
    en: _Text = ""

    @property
    def is_empty(self) -> bool:
        """Whether one of the languages says nothing."""
        return not (self.id.strip() and self.en.strip())


class Standard(Frozen):
    """A service standard, component by component, in the order of the law."""

    legal_basis: Component = Component()
    requirements: Component = Component()
    procedure: Component = Component()
    duration: Component = Component()
    cost: Component = Component()
    product: Component = Component()
    facilities: Component = Component()
    competence: Component = Component()
    supervision: Component = Component()
    complaints: Component = Component()
    staff: Component = Component()
    guarantee: Component = Component()
    safety: Component = Component()
    evaluation: Component = Component()


#: What each component is called.
COMPONENT_NAMES: dict[str, Label] = {
    "legal_basis": Label(id="Dasar hukum", en="Legal basis"),
    "requirements": Label(id="Persyaratan", en="Requirements"),
    "procedure": Label(id="Sistem, mekanisme, dan prosedur", en="System, mechanism and procedure"),
    "duration": Label(id="Jangka waktu penyelesaian", en="Time to completion"),
    "cost": Label(id="Biaya/tarif", en="Cost"),
    "product": Label(id="Produk pelayanan", en="Product"),
    "facilities": Label(id="Sarana, prasarana, dan/atau fasilitas", en="Facilities"),
    "competence": Label(id="Kompetensi pelaksana", en="Competence of the staff"),
    "supervision": Label(id="Pengawasan internal", en="Internal supervision"),
    "complaints": Label(id="Penanganan pengaduan, saran, dan masukan", en="Complaints, suggestions and input"),
    "staff": Label(id="Jumlah pelaksana", en="Number of staff"),
    "guarantee": Label(id="Jaminan pelayanan", en="Guarantee of service"),
    "safety": Label(id="Jaminan keamanan dan keselamatan pelayanan", en="Guarantee of security and safety"),
    "evaluation": Label(id="Evaluasi kinerja pelaksana", en="Evaluation of performance"),
}
#: Those that are the same for every service of an office, which may write them once.
OFFICE_COMPONENTS = (
    "facilities", "competence", "supervision", "complaints", "staff", "guarantee", "safety", "evaluation",
)  # fmt: skip
#: The six that must be published.
PUBLIC_COMPONENTS = ("requirements", "procedure", "duration", "cost", "product", "complaints")


def completed(standard: Standard | None, office: Standard) -> Standard:
    """The standard of a service, with what it leaves out and the office says for all of its services."""
    own = standard or Standard()
    left_out = [code for code in OFFICE_COMPONENTS if code not in own.model_fields_set]
    return own.model_copy(update={code: getattr(office, code) for code in left_out})


def empty_components(standard: Standard) -> tuple[str, ...]:
    """The components nobody has written yet."""
    return tuple(code for code in COMPONENT_NAMES if getattr(standard, code).is_empty)
