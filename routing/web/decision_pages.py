"""Deciding: what a decision needs before it is said, and saying it. The desk around it is ``desk_pages``'."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.decide import decide
from routing.actions.resume import Resumption, resume
from routing.domain.decision import Decision
from routing.domain.defects import Defect
from routing.domain.errors import Kind, Refusal
from routing.domain.form_problems import FormNotFilledIn
from routing.domain.people import Action, Place
from routing.domain.visits import visit_named
from routing.domain.workflow import DecisionRule, Reason
from routing.office import Office
from routing.reading.application_file import ApplicationFile
from routing.reading.history import decision_behind
from routing.web.application_view import decision_named, see_application
from routing.web.fields import FieldRow, field_rows
from routing.web.numbers_in_addresses import ApplicationHere, application_number, visit_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wants_json, wording_of
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(include_in_schema=False)

#: Begins the name of a field that a decision collects.
_FINDING = "finding-"


@router.get("/applications/{number}/visits/{visit}/decide/{decision}")
def decision_page(
    request: Request, office: OfficeHere, staff: SignedIn, number: str, visit: str, decision: str
) -> HTMLResponse:
    """What the decision needs, and what happens then."""
    said = Decision(decision=decision, visit=visit_number(visit))
    return _decision_form(request, office, staff, application_number(number), said)


@router.post("/applications/{number}/visits/{visit}/decide/{decision}")
def decide_here(
    request: Request,
    office: OfficeHere,
    staff: SignedIn,
    form: OwnForm,
    number: ApplicationHere,
    visit: str,
    decision: str,
) -> Response:
    """Decides. What is refused for its wording is shown again as it was typed."""
    said = _said(form, decision, visit_number(visit))
    try:
        after = decide(office, number, said, person_id=staff.person.id)
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.TOO_LARGE):
            raise
        return _decision_form(request, office, staff, number, said, refusal)
    return go_to(_work_at(staff, form.text("desk")), told="decided" if after.is_open else "ended", number=number)


@router.post("/applications/{number}/resume")
def resume_here(office: OfficeHere, staff: SignedIn, form: OwnForm, number: ApplicationHere) -> Response:
    """Takes up again what was stopped."""
    said = Resumption(desk=form.choice("next_desk"), reason=form.text("reason"), seen_version=form.number("version"))
    resume(office, number, said, person_id=staff.person.id)
    return go_to(f"/applications/{number}", told="resumed", number=number)


def _decision_form(
    request: Request, office: Office, staff: Staff, number: str, said: Decision, *refusals: Refusal
) -> HTMLResponse:
    view = see_application(office, staff, number)
    visit = visit_named(number, view.file.open_visits, said.visit)
    possible = decision_named(view.file, visit, said.decision)
    rule = possible.rule
    place = Place(desks=(visit.desk,), roles=rule.roles or view.file.workflow.steps[visit.step].roles)
    staff.require(Action.DECIDE, place)
    asked = None
    if visit.origin_step is not None:
        asked = decision_behind(office, view.file.application.id, visit.no, with_notes=view.shows_notes)
    return show(
        request,
        "desk/decision.html",
        refusals=refusals,
        here=request.url.path,
        view=view,
        file=view.file,
        visit=visit,
        possible=possible,
        said=said,
        defects={defect.requirement: defect for defect in said.defects},
        fields=_fields(request, view.file, rule, said, refusals),
        asked=asked,
        reason_required=rule.reason is Reason.REQUIRED,
        takes_reason=rule.reason is not Reason.NONE,
    )


def _fields(
    request: Request, file: ApplicationFile, rule: DecisionRule, said: Decision, refusals: Sequence[Refusal]
) -> tuple[FieldRow, ...]:
    """What the decision collects, each field with what is wrong with it beside it."""
    problems = [one for no in refusals if isinstance(no, FormNotFilledIn) for one in no.problems]
    rows = field_rows(
        rule.collects,
        prefix=_FINDING,
        typed={code: str(value) for code, value in said.findings.items()},
        problems=problems,
        workflow=file.workflow,
        wording=wording_of(request),
    )
    return tuple(rows)


def _said(form: PostedForm, decision: str, visit: int) -> Decision:
    """What was typed. Words at a requirement name it, ticked or not."""
    wrong, mend = form.beginning("wrong-"), form.beginning("mend-")
    return Decision(
        decision=decision,
        visit=visit,
        reason=form.text("reason"),
        reasons=form.all("chosen"),
        requirements=form.all("requirement"),
        defects=tuple(
            Defect(requirement=code, reason=wrong.get(code, ""), repair=mend.get(code, ""))
            for code in dict.fromkeys((*wrong, *mend))
            if (wrong.get(code, "") + mend.get(code, "")).strip()
        ),
        findings=form.beginning(_FINDING),
        next_desk=form.choice("next_desk"),
        seen_version=form.number("version"),
    )


def _work_at(staff: Staff, desk: str) -> str:
    """Where the work at this desk goes on: its queue, or the counter's day."""
    return f"/desks/{desk}" if desk in staff.desks and desk not in staff.counters else staff.home
