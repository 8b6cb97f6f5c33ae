"""What becomes of a form of the calendar: the change is made, or what is wrong is told beside its inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from fastapi import Request

from routing.actions.keep_calendar import keep_calendar
from routing.domain.calendar_changes import CalendarChange
from routing.domain.calendar_grounds import check_grounds
from routing.domain.errors import Kind, MalformedField, Refusal
from routing.domain.opening_hours import OpeningsCollide, as_week, openings_text, read_openings
from routing.domain.people import Action
from routing.domain.phrases import Phrase
from routing.domain.working_calendar import Week
from routing.office import Office
from routing.web.calendar_view import input_of
from routing.web.posted_form import PostedForm
from routing.web.rendering import wants_json
from routing.web.visitors import Staff
from routing.web.wording import Wording

_WEEK = range(7)


def refused(
    request: Request, office: Office, staff: Staff, form: PostedForm, change: Callable[[], CalendarChange]
) -> Refusal | None:
    """Makes the change; or what the form is shown again with. Raises what typing something else would not mend."""
    staff.require(Action.KEEP_CALENDAR)
    try:
        made, grounds = change(), check_grounds(form.text("reason"), form.text("decree"))
        keep_calendar(office, made, grounds, by=staff.person.id)
    except Refusal as refusal:
        if wants_json(request) or refusal.kind in (Kind.FORBIDDEN, Kind.BUSY):
            raise
        return refusal
    return None


def problem_beside(what: str, refusal: Refusal | None, form: PostedForm, wording: Wording) -> Mapping[str, str]:
    """The refusal in words, by the form and the input beside which it stands."""
    if refusal is None:
        return {}
    return {f"{what}.{_hours_input(refusal, form) or input_of(refusal)}": wording.sentence(refusal)}


def week_typed(form: PostedForm) -> Week:
    """The week as it was typed, a day an input. Raises MalformedField, OpeningsCollide."""
    return as_week([read_openings(form.text(f"hours-{day}")) for day in _WEEK])


def is_week_typed(form: PostedForm) -> bool:
    """Whether anything stands in the week's inputs."""
    return any(form.text(f"hours-{day}").strip() for day in _WEEK)


def week_as_typed(form: PostedForm) -> list[str]:
    """What stands in the week's inputs, to be given back as it is."""
    return [form.text(f"hours-{day}") for day in _WEEK]


def week_to_type(week: Week | None, wording: Wording) -> list[str]:
    """The week as its inputs are filled in at first; None: with nothing."""
    said = [openings_text(openings) for openings in week] if week is not None else ["" for _ in _WEEK]
    return [one.replace(":", ".") if wording.language == "id" else one for one in said]


def _hours_input(refusal: Refusal, form: PostedForm) -> str:
    """The day of the week that cannot be read; empty: it is not about hours."""
    field = refusal.facts.get("field")
    is_of_hours = isinstance(field, Phrase) and field.template == "Hours"
    if not isinstance(refusal, OpeningsCollide) and not (isinstance(refusal, MalformedField) and is_of_hours):
        return ""
    for day in _WEEK:
        try:
            read_openings(form.text(f"hours-{day}"))
        except Refusal:
            return f"hours-{day}"
    return "hours-0"
