"""What one can apply for: what is asked and has to be handed in, what it costs, and at which counter it begins."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel

from routing.domain.errors import UnknownService
from routing.domain.workflow import Workflow
from routing.office import Office
from routing.reading.application_file import decisions_at
from routing.reading.catalogue import services_in_force
from routing.web.api.field_shapes import field_shape
from routing.web.api.labels import name_of
from routing.web.api.problems import says
from routing.web.api.service_shapes import (
    IntakeShape,
    QuotaShape,
    ServiceShape,
    WindowShape,
    fee_shape,
    requirement_shape,
    standard_shape,
)
from routing.web.api.shapes import decision_shape
from routing.web.api.who_calls import TheCaller
from routing.web.visitors import OfficeHere

router = APIRouter(prefix="/services", tags=["services"])


class Offered(BaseModel):
    """Every service, by code."""

    items: list[ServiceShape]


@router.get("", responses=says())
def see_services(office: OfficeHere, _staff: TheCaller) -> Offered:
    """The services one can apply for."""
    return Offered(items=[_shape(office, workflow) for workflow in services_in_force(office)])


@router.get("/{code}", responses=says(404))
def see_service(
    office: OfficeHere, _staff: TheCaller, code: Annotated[str, Path(max_length=100, examples=["sip-dokter"])]
) -> ServiceShape:
    """One of them."""
    known = {workflow.service: workflow for workflow in services_in_force(office)}
    if code not in known:
        raise UnknownService(service=code, known=", ".join(known) or "-")
    return _shape(office, known[code])


def _shape(office: Office, workflow: Workflow) -> ServiceShape:
    step, quota = workflow.intake[0], workflow.quota
    decisions = decisions_at(office.rule_book(workflow.content_hash), step)
    return ServiceShape(
        code=workflow.service,
        name=name_of(workflow.label),
        unit=workflow.unit,
        working_days=workflow.working_days,
        minutes=workflow.minutes,
        channels=list(workflow.channels),
        windows=[WindowShape(opens=one.opens, closes=one.closes) for one in workflow.windows],
        quota=QuotaShape(most=quota.most, per=quota.per, every=quota.every) if quota is not None else None,
        form=[field_shape(code, field) for code, field in workflow.form.items()],
        requirements=[requirement_shape(code, need) for code, need in workflow.requirements.items()],
        fees=[fee_shape(fee) for fee in workflow.fees],
        standard=standard_shape(workflow.standard),
        intake=IntakeShape(
            step=step,
            desks=list(workflow.steps[step].desks),
            decisions=[decision_shape(one) for one in decisions],
        ),
    )
