"""What a scenario file says: applications as somebody would tell of them, given, when, then. Data; it never changes.

The models here are the only definition of those files. What is said in them is checked against the route in
``scenario_files`` and played in ``scenarios``.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints

from routing.domain.desks import Code, Frozen
from routing.domain.time_limits import StepCode
from routing.domain.workflow import Channel

# Nobody works here before; and after it, waiting would lead beyond the last day a computer knows.
_FIRST, _LAST = datetime(2001, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)

#: What can be written into a field of a form; as text it is read as the counter's form reads it.
Written = str | int | float | bool

_Line = Annotated[str, StringConstraints(min_length=1, max_length=300)]
_Text = Annotated[str, StringConstraints(max_length=4_000)]


class Applicant(Frozen):
    """Who applies."""

    kind: Literal["person", "business"] = "person"
    name: _Line = "Putu Lestari"
    nik: _Line = "3579014107900001"
    phone: _Line = "081234567890"


class Given(Frozen):
    """What is handed in."""

    #: absent: the first the service allows
    channel: Channel | None = None
    applicant: Applicant = Applicant()
    #: the answers of the form, by field
    form: dict[str, Written] = Field(default_factory=dict)
    #: the requirements that are there; absent: everything asked for at registration
    papers: tuple[Code, ...] | None = None


class Defect(Frozen):
    """One thing a return finds wrong."""

    requirement: Code
    reason: _Text = ""
    repair: _Text = ""


class Happening(Frozen):
    """One thing that happens. Exactly one of the first eight keys says what; the others belong to it."""

    #: a new application, with this decision of the counter; it is the one the story goes on with
    # (Every model has a "register" of its own, from Python's abstract classes; hence the other name in here.)
    registers: StepCode | None = Field(default=None, alias="register")
    #: the decision of somebody at ``at``
    decide: StepCode | None = None
    #: what the program of the automatic step ``at`` says
    program: StepCode | None = None
    #: time goes by: "6 working days", "190 days", "2 hours", "30 minutes"
    wait: _Line | None = None
    #: the office's clock looks at everything: what is over lapses, ends, or is deemed granted
    clock: Literal["passes"] | None = None
    #: the applicant takes it back, for this reason
    withdraw: _Text | None = None
    #: an application that was stopped is taken up again, at this step
    resume: StepCode | None = None
    #: papers that are handed in: by themselves, or with a decision or a registration
    papers: tuple[Code, ...] | None = None

    #: the step of the visit
    at: StepCode | None = None
    #: the desk, where the step is at several
    desk: Code | None = None
    #: who it is: a role, or a word for somebody else; absent: whoever has the role it takes
    by: _Line | None = None
    #: the desk it goes to, where that is for the decision to say
    next_desk: Code | None = None
    requirements: tuple[Code, ...] = ()
    defects: tuple[Defect, ...] = ()
    reason: _Text = ""
    #: chosen from the decision's list
    reasons: tuple[Code, ...] = ()
    #: what the decision collects, by field
    findings: dict[str, Written] = Field(default_factory=dict)
    #: of a registration: otherwise than in ``given``
    channel: Channel | None = None
    applicant: Applicant | None = None
    form: dict[str, Written] | None = None
    #: the code of the refusal with which the engine must say no
    refused: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,59}$")] | None = None


class Expected(Frozen):
    """How it must stand at the end."""

    #: the end it has reached ...
    end: StepCode | None = None
    #: ... or the step it is at; neither where nothing was registered
    step: StepCode | None = None
    #: where it lies, in any order
    desks: tuple[Code, ...] | None = None
    #: what is charged, in rupiah
    fees: Annotated[int, Field(ge=0)] | None = None
    #: steps it was never at
    skipped: tuple[StepCode, ...] = ()


class Scenario(Frozen):
    """One application's story, or that of several, one after the other."""

    name: _Line
    given: Given = Given()
    when: Annotated[tuple[Happening, ...], Field(max_length=500)]
    then: Expected


class ScenarioFile(Frozen):
    """The scenarios of one service."""

    service: Code
    #: the first moment of every scenario; the clock stands still until somebody waits
    begins: Annotated[AwareDatetime, Field(ge=_FIRST, lt=_LAST)]
    # At least one, which is seen to where the words are: asked for here, one that cannot be read would not count.
    scenarios: Annotated[tuple[Scenario, ...], Field(max_length=1_000)]
