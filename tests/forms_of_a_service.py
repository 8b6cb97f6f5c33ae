"""The doctor's permit with a form that asks something of every kind, charges, conditions and papers that follow."""

from collections.abc import Mapping
from typing import Any

from routing.actions.publish import publish
from routing.domain.workflow import Workflow
from routing.office import Office

NIK = "3579014506900001"
NPWP = "01.312.166.0-091.000"


def label(text: str, english: str | None = None) -> dict[str, str]:
    return {"id": text, "en": english or f"{text} (en)"}


FORM: dict[str, Any] = {
    "kind": {
        "label": label("Jenis praktik", "Kind of practice"),
        "kind": "choice",
        "choices": {"clinic": label("Klinik", "Clinic"), "own": label("Mandiri", "Own practice")},
    },
    "area": {"label": label("Luas ruang", "Floor area"), "kind": "number", "unit": "m2", "least": 4, "most": 5000},
    "place": {"label": label("Tempat praktik", "Place"), "kind": "text", "required": False, "longest": 500},
    "rent": {"label": label("Sewa", "Rent"), "kind": "money", "required": False},
    "begins": {"label": label("Mulai praktik", "Begins"), "kind": "date", "required": False},
    "renewal": {"label": label("Perpanjangan", "Renewal"), "kind": "yes-no", "required": False},
    "previous": {"label": label("SIP lama", "Earlier permit"), "kind": "reference", "only_if": "form.renewal"},
    "director": {"label": label("NIK pimpinan", "NIK of the head"), "kind": "nik",
                 "only_if": "applicant.kind == 'business'"},
    "npwp": {"label": label("NPWP badan", "Taxpayer number"), "kind": "npwp", "required": False,
             "only_if": "applicant.kind == 'business'"},
    "region": {"label": label("Wilayah", "Region"), "kind": "region", "required": False},
}  # fmt: skip
FEES = [
    {"label": label("Retribusi", "Levy"), "computed": "int(form.area) * 2500", "basis": "Perda 1/2024 Pasal 3"},
    {"label": label("Leges", "Stamp"), "amount": 10_000, "only_if": "form.renewal", "basis": "Perda 1/2024 Pasal 4"},
]
REQUIREMENTS: dict[str, Any] = {
    "floor-plan": {"label": label("Denah ruang", "Floor plan"), "only_if": "form.area > 100.0", "formats": ["pdf"]},
    "old-rule": {"label": label("Rekomendasi organisasi", "Recommendation"), "until": "2025-12-31"},
    "insurance": {"label": label("Polis asuransi", "Insurance"), "due": "sign"},
}
FILLED: Mapping[str, object] = {"kind": "clinic", "area": "42,5", "place": "Klinik Sehat, Jalan Diponegoro 12"}


def publish_with_form(office: Office, **changed: object) -> Workflow:
    """The permit with that form, in force; the rest of the service as ``changed``."""
    written = office.book_in_force("sip-dokter").workflow.model_dump(mode="json")
    requirements = written["requirements"] | REQUIREMENTS
    said = written | {"form": FORM, "fees": FEES, "requirements": requirements} | changed
    workflow = Workflow.model_validate(said)
    assert publish(office, workflow, by="tests")
    return workflow
