"""How a service counts its promise, and the limit a law sets beside it: a part of the workflow language.

How the days are counted by these rules is ``promise_clock``'s; what happens when they are over, ``deemed_approval``'s.
"""

from __future__ import annotations

from datetime import time
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from routing.domain.desks import Frozen

StepCode = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,99}$")]
_FactName = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Days = Annotated[int, Field(ge=0, le=1000)]


class Pause(StrEnum):
    """Why a promise stands still. A closed list; a desk of the same government is no reason (mpp.md 3.2)."""

    #: the applicant repairs what was returned
    REPAIR = "repair"
    #: the applicant pays
    PAYMENT = "payment"
    #: an agency that is not under this roof
    OUTSIDE_AGENCY = "outside-agency"
    #: the applicant asked for it; granted by somebody
    APPLICANT_REQUEST = "applicant-request"
    #: nobody could have worked (keadaan kahar); granted by somebody
    FORCE_MAJEURE = "force-majeure"


#: What somebody has to grant, with a reason; no step of a route brings it about.
GRANTED = frozenset({Pause.APPLICANT_REQUEST, Pause.FORCE_MAJEURE})
#: While these last it is the applicant's turn; by any other pause the office has the time of an applicant who waits.
APPLICANTS_TURN = frozenset({Pause.REPAIR, Pause.PAYMENT})
#: What a step of a route can bring about.
StepPause = Literal[Pause.REPAIR, Pause.PAYMENT, Pause.OUTSIDE_AGENCY]


class Clock(Frozen):
    """How the promise of a service is counted; all of it has a default, which is the custom."""

    #: day 1 is the working day after the file was complete, or that day itself
    day_one: Literal["next", "same"] = "next"
    #: what comes in later counts as the next working day; None: the hall's own closing time
    received_until: time | None = None
    #: what is counted; calendar days only where a law says so
    counts: Literal["working-days", "calendar-days"] = "working-days"
    #: what a pause does: the rest is counted afterwards; after a repair all of it anew; or it goes on, longer by
    #: ``extended_by`` the first time
    pauses: Literal["pause", "restart", "extend-once"] = "pause"
    #: working days by which the first pause extends it
    extended_by: _Days | None = None
    #: working days after which pauses, taken together, stop nothing any more
    most_paused: _Days | None = None
    #: an imported case: the fact that holds the moment it was due, as its log counted
    due_fact: _FactName | None = None
    #: likewise the moment it came in, and the moment it was closed; None: its first and its last event
    began_fact: _FactName | None = None
    ended_fact: _FactName | None = None

    @model_validator(mode="after")
    def _extension_belongs_to_its_policy(self) -> Self:
        if (self.pauses == "extend-once") != (self.extended_by is not None):
            message = "extended_by says by how many working days pauses: extend-once extends, and nothing else"
            raise ValueError(message)
        return self


class LegalLimit(Frozen):
    """By when a law wants the decision, whatever the office has promised."""

    working_days: Annotated[int, Field(ge=1, le=1000)]
    counts: Literal["working-days", "calendar-days"] = "working-days"
    #: the article that sets it
    basis: Annotated[str, StringConstraints(min_length=3, max_length=300)]
    #: what its passing means: nothing but a breach; deemed approval (fiktif positif); the national system issues
    deemed: Literal["no", "yes", "oss"] = "no"
    #: where the document goes then: a step whose decisions all grant it and name the ground
    to: StepCode | None = None
    #: whether it stands still with the promise
    pauses: bool = True
    #: days of its own kind for which what is not the applicant's turn (a pause that was granted, an outside agency) may
    #: stop it altogether; None: for as long as that lasts
    most_suspended: _Days | None = None

    @model_validator(mode="after")
    def _deemed_approval_has_a_step(self) -> Self:
        if (self.deemed == "no") != (self.to is None):
            message = "to names the step at which a deemed approval is written down; without one there is none"
            raise ValueError(message)
        return self
