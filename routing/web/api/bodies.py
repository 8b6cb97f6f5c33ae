"""What programs send. Unknown members are refused: a misspelt one that is silently ignored is a wrong decision."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, StringConstraints

from routing.domain.workflow import Channel

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")]
# The limits of the office itself (and their sentences) come after these, which only keep out what is absurd.
_Text = Annotated[str, StringConstraints(max_length=100_000)]
_FieldCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")]
_Value = bool | int | float | _Text
_VisitNo = Annotated[
    int, Field(strict=True, ge=1, lt=2**31, description="The visit it is about. Absent: the only open one.")
]
_Codes = Annotated[list[_Code], Field(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


def _example(**said: JsonValue) -> ConfigDict:
    return ConfigDict(extra="forbid", json_schema_extra={"examples": [said]})


class Applicant(_Body):
    """Who applies."""

    name: _Text
    nik: _Text = Field(description="16 digits.")
    phone: _Text = ""
    kind: Literal["person", "business"] = Field(
        default="person", description="Whether the named person applies for themselves or for their business."
    )


class NewApplication(_Body):
    """An application as a counter registers it."""

    model_config = _example(
        service="sip-dokter",
        desk="loket-pendaftaran",
        applicant={"name": "Siti Rahmawati", "nik": "3579014506900001", "phone": "081234567890"},
        channel="online",
        form={"place": "Klinik Sehat, Jalan Diponegoro 12", "permit": "first", "renewal": False},
        papers=["form", "id-card", "registration", "practice-place", "photo"],
    )

    service: _Code
    desk: _Code = Field(description="The counter it is handed in at.")
    decision: _Code | None = Field(
        default=None, description="The counter's decision. Absent: the first the step lists."
    )
    next_desk: _Code | None = Field(
        default=None, description="Where it goes, if the next step can be done at several desks."
    )
    applicant: Applicant
    channel: Channel | None = Field(
        default=None, description="How it came in. Absent: online, or the service's first way where that is not one."
    )
    form: Annotated[dict[_FieldCode, _Value | None], Field(max_length=100)] = Field(
        default_factory=dict,
        description="What the service asks, by field: `GET /services/{code}` lists its `form`. Text as it would be "
        "typed, numbers and sums of money also as numbers, yes and no also as true and false.",
    )
    papers: _Codes = Field(
        default_factory=list,
        description="Codes of the requirements that have been handed in.",
    )


class StayBody(_Body):
    """Which visit is taken or given back."""

    model_config = _example(visit=2)

    visit: _VisitNo | None = None


class DefectBody(_Body):
    """One thing the applicant has to repair."""

    requirement: _Code
    reason: _Text = Field(default="", description="What is wrong with it.")
    repair: _Text = Field(default="", description="What to do about it.")


class DecisionBody(_Body):
    """What is said at a visit."""

    model_config = _example(
        decision="return",
        defects=[{"requirement": "registration", "reason": "STR tidak terbaca", "repair": "Pindai ulang"}],
    )

    decision: _Code
    visit: _VisitNo | None = None
    reason: _Text = Field(default="", description="Kept beside the log, its keyed digest in it.")
    reasons: _Codes = Field(default_factory=list, description="Chosen from the decision's list of reasons.")
    requirements: _Codes = Field(default_factory=list, description="What is to be repaired.")
    defects: Annotated[list[DefectBody], Field(max_length=200)] = Field(
        default_factory=list, description="The same with what is wrong with each, all at once."
    )
    findings: Annotated[dict[_FieldCode, _Value], Field(max_length=100)] = Field(
        default_factory=dict, description="What the decision collects, by field."
    )
    next_desk: _Code | None = None


class ResubmissionBody(_Body):
    """The repaired file has come back."""

    model_config = _example(visit=3)

    visit: _VisitNo | None = None
    reason: _Text = ""


class ResumptionBody(_Body):
    """An application that was stopped is taken up again."""

    model_config = _example(reason="Pemohon melengkapi koreksi")

    desk: _Code | None = Field(default=None, description="Where it goes on, if that can be at several desks.")
    reason: _Text = ""


class PauseBody(_Body):
    """The promise stands still, because somebody grants that."""

    model_config = _example(pause="force-majeure", reason="Banjir: kantor ditutup", instrument="360/7/2026")

    # Any other word is told what can be granted.
    pause: _Code = Field(description="`applicant-request` or `force-majeure`.")
    reason: _Text = Field(description="Kept beside the log, its keyed digest in it.")
    instrument: _Text = Field(default="", description="The number of the letter it rests on.")


class ContinuationBody(_Body):
    """The pause that was granted is over."""

    model_config = _example(reason="Kantor dibuka kembali")

    reason: _Text = Field(description="Kept beside the log, its keyed digest in it.")


class ObstacleBody(_Body):
    """Something is in a desk's way."""

    model_config = _example(visit=2, reason="Sistem OSS tidak dapat diakses")

    visit: _VisitNo | None = None
    reason: _Text = Field(description="What is in the way. Kept beside the log, its keyed digest in it.")


class SignalAnswerBody(_Body):
    """What is answered to an integrity signal."""

    model_config = _example(
        number="SIP-DOKTER-2026-000001-7", entry=5, status="explained", text="Rapat koordinasi, lihat notula"
    )

    number: _Text = Field(description="The application whose entry raised it.")
    entry: int = Field(strict=True, ge=1, lt=2**31, description="The entry that raised it.")
    # Any other word is told what can be answered.
    status: _Code = Field(description="`explained`, `to-be-followed-up` or `confirmed-breach`.")
    text: _Text = Field(description="Kept sealed beside the log, its keyed digest in it.")


class HandInBody(_Body):
    """What the applicant brought later, on paper."""

    model_config = _example(papers=["photo"])

    papers: _Codes = Field(description="Codes of the requirements that have been handed in.")


class WithdrawalBody(_Body):
    """The applicant takes the application back."""

    model_config = _example(desk="loket-pendaftaran", reason="Pindah praktik ke kota lain")

    desk: _Code = Field(description="The counter that records it.")
    reason: _Text = ""
