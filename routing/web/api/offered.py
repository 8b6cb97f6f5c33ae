"""What one can apply for, what has to be handed in, and at which counter."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel, Field

from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.application_file import decisions_at
from routing.reading.catalogue import services_in_force
from routing.web.api.problems import says
from routing.web.api.shapes import DecisionShape, Name, decision_shape, name_of
from routing.web.api.who_calls import TheCaller
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/services", tags=["services"])


class RequirementShape(BaseModel):
    """A document or fact the service asks for."""

    code: str
    name: Name
    required: bool
    when: Name | None = Field(description="When one that is not required is asked for.")


class IntakeShape(BaseModel):
    """Where it begins."""

    step: str
    desks: list[str]
    decisions: list[DecisionShape]


class ServiceShape(BaseModel):
    """A service, by the version of its workflow in force."""

    code: str = Field(examples=["sip-dokter"])
    name: Name
    unit: str
    working_days: int | None = Field(description="The promise to the public.")
    minutes: int | None = Field(description="The same, of what is done while one waits.")
    requirements: list[RequirementShape]
    intake: IntakeShape


class Offered(BaseModel):
    """Every service, by code."""

    items: list[ServiceShape]


@router.get("", responses=says())
def see_services(office: OfficeHere, _staff: TheCaller) -> Offered:
    """The services one can apply for."""
    return Offered(items=[_shape(office, workflow) for workflow in services_in_force(office)])


def _shape(office: Office, workflow: Workflow) -> ServiceShape:
    step = workflow.intake[0]
    decisions = decisions_at(office.rule_book(workflow.content_hash), step)
    return ServiceShape(
        code=workflow.service,
        name=name_of(workflow.label),
        unit=workflow.unit,
        working_days=workflow.working_days,
        minutes=workflow.minutes,
        requirements=[
            RequirementShape(
                code=code,
                name=name_of(need.label),
                required=need.required,
                when=name_of(need.when) if need.when is not None else None,
            )
            for code, need in workflow.requirements.items()
        ],
        intake=IntakeShape(
            step=step,
            desks=list(workflow.steps[step].desks),
            decisions=[decision_shape(one) for one in decisions],
        ),
    )
