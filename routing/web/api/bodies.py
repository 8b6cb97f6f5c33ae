"""What programs send. Unknown members are refused: a misspelt one that is silently ignored is a wrong decision."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

_Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.-]{0,99}$")]
# The limits of the office itself (and their sentences) come after these, which only keep out what is absurd.
_Text = Annotated[str, StringConstraints(max_length=100_000)]
_VisitNo = Annotated[
    int, Field(strict=True, ge=1, lt=2**31, description="The visit it is about. Absent: the only open one.")
]
_Codes = Annotated[list[_Code], Field(max_length=200)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Applicant(_Body):
    """Who applies."""

    name: _Text = Field(examples=["Siti Rahmawati"])
    nik: _Text = Field(examples=["3579014506900001"], description="16 digits.")
    phone: _Text = Field(default="", examples=["081234567890"])


class NewApplication(_Body):
    """An application as a counter registers it."""

    service: _Code = Field(examples=["sip-dokter"])
    desk: _Code = Field(examples=["loket-pendaftaran"], description="The counter it is handed in at.")
    decision: _Code | None = Field(
        default=None, examples=["accept"], description="The counter's decision. Absent: the first the step lists."
    )
    next_desk: _Code | None = Field(
        default=None, examples=[None], description="Where it goes, if the next step can be done at several desks."
    )
    applicant: Applicant
    answers: Annotated[dict[_Code, _Text], Field(max_length=100)] = Field(
        default_factory=dict, examples=[{"place": "Klinik Sehat, Jalan Diponegoro 12"}]
    )
    papers: _Codes = Field(
        default_factory=list,
        examples=[["form", "id-card", "registration", "practice-place", "photo"]],
        description="Codes of the requirements that have been handed in.",
    )


class StayBody(_Body):
    """Which visit is taken or given back."""

    visit: _VisitNo | None = Field(default=None, examples=[2])


class DecisionBody(_Body):
    """What is said at a visit."""

    decision: _Code = Field(examples=["forward"])
    visit: _VisitNo | None = Field(default=None, examples=[2])
    reason: _Text = Field(default="", examples=[""], description="Kept beside the log, its keyed digest in it.")
    requirements: _Codes = Field(default_factory=list, examples=[[]], description="What is to be repaired.")
    next_desk: _Code | None = Field(default=None, examples=[None])


class ResubmissionBody(_Body):
    """The repaired file has come back."""

    visit: _VisitNo | None = Field(default=None, examples=[3])
    reason: _Text = Field(default="", examples=[""])


class WithdrawalBody(_Body):
    """The applicant takes the application back."""

    desk: _Code = Field(examples=["loket-pendaftaran"], description="The counter that records it.")
    reason: _Text = Field(default="", examples=["Pindah praktik ke kota lain"])
