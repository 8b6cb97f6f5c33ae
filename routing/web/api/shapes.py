"""What programs are given: wire shapes, and how they are made from what was read. Times are RFC 3339 in UTC."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from routing.domain.application import Particulars
from routing.domain.audit_chain import rfc3339
from routing.domain.charging import bill
from routing.domain.facts import form_facts, found_by_desks, guard_facts
from routing.domain.fields import Fact
from routing.domain.identifiers import masked_nik, masked_phone
from routing.reading.application_file import PossibleDecision
from routing.reading.desk_queue import QueueRow
from routing.reading.history import Event
from routing.web.api.field_shapes import ChargeShape, FieldShape, FoundShape, charge_shapes, field_shape, found_shape
from routing.web.api.labels import Name, name_of
from routing.web.application_view import ApplicationView, Stay, sayable
from routing.web.visitors import Staff

At = Annotated[str, Field(json_schema_extra={"format": "date-time"}, examples=["2026-11-23T02:05:00.000000Z"])]


class ReceiptShape(BaseModel):
    """How an application stands after what was asked has been done."""

    number: str = Field(examples=["SIP-DOKTER-2026-000001-8"])
    tracking_code: str = Field(examples=["7K3M9QWXF"])
    version: int = Field(examples=[1])
    step: str = Field(examples=["verify"], description="The step, or the end, it is at.")
    outcome: Literal["granted", "refused", "withdrawn", "closed", "stopped", "referred"] | None = Field(examples=[None])
    desks: list[str] = Field(examples=[["verifikasi"]], description="Where it lies or is on its way to.")
    log_receipt: str | None = Field(
        examples=[None],
        description="The signed receipt of its entry in the log, one line that begins with SA1: "
        "`satuatap audit receipt` and anybody's verifier check it. Null: nothing was written.",
    )


class DecisionShape(BaseModel):
    """Something that can be said at a visit."""

    code: str
    name: Name
    to: str = Field(description="The step or end it leads to.")
    reason: Literal["none", "optional", "required"]
    names_requirements: bool
    reasons: dict[str, Name] = Field(description="Reasons to choose from, by what is sent.")
    collects: list[FieldShape] = Field(description="What is found out with it: its `findings`.")
    desks: list[str] = Field(
        examples=[["pupr", "dishub"]],
        description="Where it can go; if several and not to all, `next_desk` names one; none: it ends or rules choose.",
    )
    to_all: bool = Field(examples=[True], description="It goes to every one of `desks` at once; none is named.")


class VisitShape(BaseModel):
    """An open visit, and what the caller can do at it."""

    visit: int
    step: str
    desk: str
    sent_at: At
    arrived_at: At | None
    due_at: At | None = Field(description="When the desk's time ends; null: the step sets it no limit.")
    holder: str | None
    holder_name: str | None
    lease_until: At | None = Field(description="Until when the holder holds it; after that anybody may take it.")
    needs_attention: bool = Field(description="The program of an automatic desk has given up.")
    trouble: str | None = Field(description="The code of what keeps that program from deciding.")
    obstacle_at: At | None = Field(description="When the desk reported that something is in its way.")
    may_claim: bool
    may_release: bool
    decisions: list[DecisionShape] = Field(description="What the caller can say, taken or not.")


class ApplicantShape(BaseModel):
    """Who applies, as the caller may see it: the NIK is never shown."""

    name: str
    nik: str
    phone: str
    answers: dict[str, str] = Field(description="What the form asks of a person, by field; numbers of people masked.")


class ApplicationShape(BaseModel):
    """An application as it stands."""

    number: str
    tracking_code: str
    service: str
    service_name: Name
    step: str
    step_name: Name
    outcome: Literal["granted", "refused", "withdrawn", "closed", "stopped", "referred"] | None
    version: int
    submitted_at: At
    changed_at: At
    papers: list[str]
    channel: str = Field(examples=["counter"], description="How it came in.")
    applicant_kind: str | None = Field(examples=["person"], description="Null: it came from a log.")
    form: dict[str, Fact] = Field(
        examples=[{"kind": "billboard", "height": 7.5}], description="What the form says of the matter, by field."
    )
    findings: dict[str, Fact] = Field(description="What the desks found out, by field.")
    charges: list[ChargeShape] = Field(description="What it costs; empty: nothing.")
    visits: list[VisitShape]
    withdraws_at: str | None = Field(description="The counter at which the caller can record a withdrawal.")
    applicant: ApplicantShape | None = Field(description="Null for who may not see who applies.")


class EntryShape(BaseModel):
    """One line of the log."""

    number: str
    seq: int
    at: At
    kind: str = Field(examples=["decided"])
    desk: str | None
    actor: str
    actor_name: str | None
    role: str | None
    step: str | None
    decision: str | None
    sent_to: list[str] = Field(description="The desks the document goes to; none: it stays, or ends.")
    requirements: list[Name]
    repeated: list[Name] = Field(description="Of these, what an earlier return could have named and did not.")
    reasons: list[Name] = Field(description="Chosen from the decision's list.")
    findings: list[FoundShape] = Field(description="What the decision found out.")
    pause: str | None = Field(description="Why the promise stands still, or had stood still until then.")
    version: int | None = Field(description="The application's version afterwards; null in entries of old.")
    reason: str | None = Field(description="For who may see who applies; null: there is none, or it is not shown.")
    reason_digest: str | None = Field(description="HMAC-SHA-256 that stands for the reason in the log.")
    hash: str = Field(description="The entry's place in its chain, in hex.")


class Entries(BaseModel):
    """A page of the log, newest first."""

    items: list[EntryShape]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


class QueueItem(BaseModel):
    """A document that lies at the desk."""

    number: str
    visit: int
    service_name: Name
    step_name: Name
    since: At
    due_at: At | None = Field(description="When the desk's time ends; null: the step sets it no limit.")
    holder: str | None
    holder_name: str | None
    lease_until: At | None = Field(description="Until when the holder holds it; after that anybody may take it.")
    needs_attention: bool = Field(description="The program of an automatic desk has given up.")
    obstacle_at: At | None = Field(description="When the desk reported that something is in its way.")
    version: int


class Queue(BaseModel):
    """A page of a desk's queue, in the order in which it is worked through."""

    items: list[QueueItem]
    next: str | None = Field(description="The cursor of the next page; null: this is the last.")


def at_text(at: datetime) -> str:
    """An instant as the API writes it."""
    return rfc3339(at)


def decision_shape(one: PossibleDecision) -> DecisionShape:
    """A possible decision on the wire."""
    return DecisionShape(
        code=one.code,
        name=name_of(one.rule.label),
        to=one.target,
        reason=one.rule.reason.value,
        names_requirements=one.rule.names_requirements,
        reasons={code: name_of(label) for code, label in one.rule.reasons.items()},
        collects=[field_shape(code, field) for code, field in one.rule.collects.items()],
        desks=list(one.desks),
        to_all=one.to_all,
    )


def application_shape(staff: Staff, view: ApplicationView) -> ApplicationShape:
    """An application before the caller's eyes."""
    application, workflow = view.file.application, view.file.workflow
    return ApplicationShape(
        number=application.number,
        tracking_code=application.tracking_code,
        service=application.service,
        service_name=name_of(workflow.label),
        step=application.step,
        step_name=name_of(workflow.label_of(application.step)),
        outcome=application.outcome.value if application.outcome is not None else None,
        version=application.version,
        submitted_at=at_text(application.submitted_at),
        changed_at=at_text(application.changed_at),
        papers=list(application.papers),
        channel=application.channel,
        applicant_kind=_applicant_kind(application.facts),
        form=form_facts(application.facts),
        findings=found_by_desks(application.facts),
        charges=charge_shapes(bill(workflow.fees, guard_facts(workflow, application))),
        visits=[_visit_shape(staff, view, stay) for stay in view.stays],
        withdraws_at=view.withdraws_at,
        applicant=_applicant_shape(view.who),
    )


def entry_shape(event: Event) -> EntryShape:
    """An entry on the wire."""
    return EntryShape(
        number=event.number,
        seq=event.seq,
        at=at_text(event.at),
        kind=event.kind,
        desk=event.desk,
        actor=event.actor,
        actor_name=event.actor_name,
        role=event.role,
        step=event.step_code,
        decision=event.decision_code,
        sent_to=list(event.sent_to),
        requirements=[name_of(label) for label in event.requirements],
        repeated=[name_of(label) for label in event.repeated],
        reasons=[name_of(label) for label in event.reasons],
        findings=[found_shape(*one) for one in event.findings],
        pause=event.pause,
        version=event.version,
        reason=event.note,
        reason_digest=event.reason_digest,
        hash=event.hash.hex(),
    )


def queue_item(row: QueueRow) -> QueueItem:
    """A row of a queue on the wire."""
    return QueueItem(
        number=row.number,
        visit=row.visit,
        service_name=name_of(row.service),
        step_name=name_of(row.step.label),
        since=at_text(row.since),
        due_at=at_text(row.due_at) if row.has_limit else None,
        holder=row.holder,
        holder_name=row.holder_name,
        lease_until=at_text(row.lease_until) if row.lease_until is not None else None,
        needs_attention=row.needs_attention,
        obstacle_at=at_text(row.obstacle_at) if row.obstacle_at is not None else None,
        version=row.version,
    )


def _visit_shape(staff: Staff, view: ApplicationView, stay: Stay) -> VisitShape:
    visit = stay.visit
    return VisitShape(
        visit=visit.no,
        step=visit.step,
        desk=visit.desk,
        sent_at=at_text(visit.sent_at),
        arrived_at=at_text(visit.arrived_at) if visit.arrived_at is not None else None,
        due_at=at_text(visit.due_at) if stay.has_limit else None,
        holder=visit.holder,
        holder_name=stay.holder_name,
        lease_until=at_text(visit.lease_until) if visit.lease_until is not None else None,
        needs_attention=visit.needs_attention,
        trouble=visit.trouble.code if visit.trouble is not None else None,
        obstacle_at=at_text(visit.obstacle_at) if visit.obstacle_at is not None else None,
        may_claim=stay.may_take,
        may_release=stay.may_release,
        decisions=[decision_shape(one) for one in sayable(staff, view.file, visit)],
    )


def _applicant_kind(facts: Mapping[str, Fact]) -> str | None:
    kind = facts.get("applicant.kind")
    return str(kind) if kind is not None else None


def _applicant_shape(who: Particulars | None) -> ApplicantShape | None:
    if who is None:
        return None
    return ApplicantShape(
        name=who.name, nik=masked_nik(who.nik), phone=masked_phone(who.phone), answers=dict(who.answers)
    )
