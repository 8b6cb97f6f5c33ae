"""For the administrator: who works here, as what, where, and by which link they get in."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse
from starlette.responses import Response

from routing.actions.keep_accounts import assign, close_account, identify, make_link, open_account, take_away
from routing.domain.acting import check_acting, check_period
from routing.domain.errors import Kind, Refusal, UnknownPerson
from routing.domain.people import OFFICE_ROLES, Action, Person
from routing.office import Office
from routing.reading.catalogue import PEOPLE_ON_A_PAGE, people_page, person_with_id
from routing.web.numbers_in_addresses import small_number
from routing.web.posted_form import PostedForm
from routing.web.rendering import go_to, show, wants_json
from routing.web.timeline import ACTING
from routing.web.visitors import OfficeHere, OwnForm, SignedIn, Staff

router = APIRouter(prefix="/accounts", include_in_schema=False)


@router.get("")
def accounts_page(request: Request, office: OfficeHere, staff: SignedIn, after: str = "") -> HTMLResponse:
    """Everybody with an account, and the form for one more."""
    staff.require(Action.MANAGE_PEOPLE)
    return _accounts(request, office, staff, after.replace("\0", ""), PostedForm())


@router.post("")
def add_account(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm) -> Response:
    """A new account, without rights and without sign-in."""
    staff.require(Action.MANAGE_PEOPLE)
    try:
        person_id = open_account(office, code=form.text("code").strip(), name=form.text("name"), by=staff.person.id)
    except Refusal as refusal:
        if wants_json(request) or refusal.kind not in (Kind.MALFORMED, Kind.IMPOSSIBLE):
            raise
        return _accounts(request, office, staff, "", form, refusal)
    return go_to(f"/accounts/{person_id}", told="account-added")


@router.get("/{person_id}")
def account_page(request: Request, office: OfficeHere, staff: SignedIn, person_id: str) -> HTMLResponse:
    """One account: its roles, and what can be done with it."""
    staff.require(Action.MANAGE_PEOPLE)
    return _account(request, staff, _person(office, person_id), PostedForm())


@router.post("/{person_id}/assign")
def assign_role(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, person_id: str) -> Response:
    """Gives a role at a desk, or in the whole office, from now on."""
    staff.require(Action.MANAGE_PEOPLE)
    person = _person(office, person_id)
    try:
        since, until = check_period(form.text("since"), form.text("until"), office.time_zone)
        acting = check_acting(form.text("acting"), form.text("instrument"), form.text("instrument_date"))
        held = [(form.text("role"), form.choice("desk"))]
        assign(office, person.code, held, since=since, until=until, acting=acting, by=staff.person.id)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _account(request, staff, person, form, refusal)
    return go_to(f"/accounts/{person.id}", told="role-assigned")


@router.post("/{person_id}/identify")
def identify_owner(request: Request, office: OfficeHere, staff: SignedIn, form: OwnForm, person_id: str) -> Response:
    """Remembers by whose NIK the account is known; the NIK itself is not kept and not shown again."""
    staff.require(Action.MANAGE_PEOPLE)
    person = _person(office, person_id)
    try:
        identify(office, person.code, form.text("nik"), by=staff.person.id)
    except Refusal as refusal:
        if wants_json(request):
            raise
        return _account(request, staff, person, PostedForm(), refusal)
    return go_to(f"/accounts/{person.id}", told="account-identified")


@router.post("/{person_id}/take-away")
def take_role_away(office: OfficeHere, staff: SignedIn, form: OwnForm, person_id: str) -> Response:
    """Ends a role from now on; what was done with it stays."""
    staff.require(Action.MANAGE_PEOPLE)
    person = _person(office, person_id)
    take_away(office, person.code, role=form.text("role"), desk=form.choice("desk"), by=staff.person.id)
    return go_to(f"/accounts/{person.id}", told="role-taken-away")


@router.post("/{person_id}/close")
def close(office: OfficeHere, staff: SignedIn, _form: OwnForm, person_id: str) -> Response:
    """Ends the account and its sessions at once."""
    staff.require(Action.MANAGE_PEOPLE)
    person = _person(office, person_id)
    close_account(office, person.code, by=staff.person.id)
    return go_to(f"/accounts/{person.id}", told="account-closed")


@router.post("/{person_id}/link")
def one_time_link(
    request: Request, office: OfficeHere, staff: SignedIn, _form: OwnForm, person_id: str
) -> HTMLResponse:
    """A link by which the person sets a password; shown this once and kept nowhere."""
    staff.require(Action.MANAGE_PEOPLE)
    person = _person(office, person_id)
    secret = make_link(office, person.code, by=staff.person.id)
    link = f"{str(request.base_url).rstrip('/')}/l/{secret}"
    return show(request, "administrator/link.html", here=f"/accounts/{person.id}", person=person, link=link)


def _accounts(
    request: Request, office: Office, staff: Staff, after: str, form: PostedForm, *refusals: Refusal
) -> HTMLResponse:
    with office.reading() as connection:
        people = people_page(connection, after, PEOPLE_ON_A_PAGE + 1)
    return show(
        request,
        "administrator/accounts.html",
        refusals=refusals,
        here="/accounts",
        people=people[:PEOPLE_ON_A_PAGE],
        next=people[PEOPLE_ON_A_PAGE - 1].code if len(people) > PEOPLE_ON_A_PAGE else None,
        at=staff.at,
        form=form,
    )


def _account(request: Request, staff: Staff, person: Person, form: PostedForm, *refusals: Refusal) -> HTMLResponse:
    return show(
        request,
        "administrator/account.html",
        refusals=refusals,
        here=f"/accounts/{person.id}",
        person=person,
        held=[one for one in person.assignments if one.meets(staff.at, None)],
        directory=staff.directory,
        office_roles=OFFICE_ROLES,
        form=form,
        acting_titles=ACTING,
    )


def _person(office: Office, person_id: str) -> Person:
    with office.reading() as connection:
        person = person_with_id(connection, small_number(person_id))
    if person is None:
        raise UnknownPerson(person=person_id[:20])
    return person
