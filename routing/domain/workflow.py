"""What a route is: the steps of a service and the decisions that lead from one to another. Data; it never changes.

The models here are the only definition of the workflow language: the YAML of an office is parsed into them and what
is published is their JSON. Whether a route makes sense (targets exist, steps can be reached) is ``catalogue``'s to
check; how an application walks it is ``state_machine``'s.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from enum import StrEnum
from functools import cached_property
from types import MappingProxyType
from typing import Annotated, Literal

from pydantic import Field

from routing.domain.desks import Code, Frozen, Label
from routing.domain.fees import Fee
from routing.domain.fields import Field as FormField
from routing.domain.fields import FieldCode
from routing.domain.guards import Source
from routing.domain.quotas import Quota, Window
from routing.domain.requirements import Requirement
from routing.domain.service_standard import Standard
from routing.domain.time_limits import Clock, LegalLimit, StepCode, StepPause

#: The target that means "the step, and the desk, that sent it here".
ORIGIN = "origin"


class Outcome(StrEnum):
    """How an application can end."""

    #: the office gave what was asked for
    GRANTED = "granted"
    #: the office said no, with reasons
    REFUSED = "refused"
    #: the applicant took it back
    WITHDRAWN = "withdrawn"
    #: an imported case whose log shows that it was closed, not how
    CLOSED = "closed"
    #: the office gave up waiting; it can be taken up again for a time
    STOPPED = "stopped"
    #: it belongs to another service, which is named
    REFERRED = "referred"


class Channel(StrEnum):
    """How an application comes in (kanal)."""

    #: handed in at a counter of the hall
    COUNTER = "counter"
    #: taken in on a visit to a village
    VILLAGE = "village"
    #: taken in at a market counter
    MARKET = "market"
    #: by the applicant, at a machine of the office
    SELF_SERVICE = "self-service"
    #: from elsewhere, by a program or a page
    ONLINE = "online"


class Program(StrEnum):
    """A program that decides at an automatic desk; what it does is the workers'."""

    #: asks the national licensing system (OSS) for a business identification number
    OSS = "oss"
    #: waits for the payment system to say that a bill has been paid
    PAYMENT = "payment"


#: What each program can say; a step that has it must know all of it.
DECISIONS_OF: Mapping[Program, tuple[str, ...]] = MappingProxyType(
    {Program.OSS: ("issue", "refer"), Program.PAYMENT: ("paid",)}
)


class Reason(StrEnum):
    """Whether a decision takes a reason in words."""

    NONE = "none"
    OPTIONAL = "optional"
    REQUIRED = "required"


class DecisionRule(Frozen):
    """One thing that can be said at a step, and where it leads."""

    label: Label
    #: a step, an end, or ``origin``
    to: StepCode
    reason: Reason = Reason.OPTIONAL
    #: the decision lists the requirements to be repaired, all at once
    names_requirements: bool = False
    #: who may say it; empty: every role of the step
    roles: tuple[Code, ...] = ()
    #: the desks at which it is said; empty: every desk of the step
    desks: tuple[Code, ...] = ()
    #: at a step with a join: one of the opinions the join waits for; any other decision leads on at once
    opinion: bool = False
    #: the office has answered with it: promise and legal limit end here, whenever the applicant fetches the answer
    answers: bool = False
    #: declares the file complete: the promise begins with it, and not when the counter takes the file in
    completes: bool = False
    #: possible only where this holds
    only_if: Source | None = None
    #: four eyes: not by anybody who decided on this application at one of these steps
    not_by: tuple[StepCode, ...] = ()
    #: reasons to choose from; a decision that must be reasoned names one of them at least
    reasons: dict[Code, Label] = Field(default_factory=dict)
    #: what is found out and written down with it: findings of a survey, the number of a letter
    collects: dict[FieldCode, FormField] = Field(default_factory=dict)


class DeskChoice(Frozen):
    """Sends the document to one of a step's desks by rule; the first choice that holds counts."""

    desk: Code
    #: None: always
    only_if: Source | None = None


class Deadline(Frozen):
    """How long the applicant is waited for, and what may be decided once that is over."""

    working_days: Annotated[int, Field(ge=1, le=1000)]
    #: a decision of the same step; before the time is over nobody may say it
    decision: StepCode


class Step(Frozen):
    """A state of the application: at one of these desks, or at all of them at once, somebody decides."""

    label: Label
    #: the desks it can be at; more than one: the decision that leads here names which (disposisi), but with a join
    desks: Annotated[tuple[Code, ...], Field(min_length=1)]
    roles: Annotated[tuple[Code, ...], Field(min_length=1)]
    #: ``applicant``: the ball is with the applicant, the desk only takes in what comes back; ``outside``: with an
    #: agency that is not under this roof
    waits_for: Literal["office", "applicant", "outside"] = "office"
    #: why the promise stands still meanwhile; None: it goes on
    pause: StepPause | None = None
    #: how long the applicant is waited for
    deadline: Deadline | None = None
    #: the step is gone through only where this holds ...
    only_if: Source | None = None
    #: ... and otherwise the document goes straight to this step or end
    otherwise: StepCode | None = None
    #: at a step with a join: desks that are asked only where something holds
    only_if_at: dict[Code, Source] = Field(default_factory=dict)
    #: at a step with several desks and no join: which of them it goes to, by rule; empty: the decision names it
    desk_by: tuple[DeskChoice, ...] = ()
    #: all desks work at once, and so many opinions are waited for: ``all``, ``any`` or a number
    join: Literal["all", "any"] | Annotated[int, Field(ge=1, le=100)] | None = None
    #: the program that decides here, unless somebody takes the document out of its hands
    automatic: Program | None = None
    #: desks an operator may pass it to, to be decided by people, where the program cannot
    stand_in: tuple[Code, ...] = ()
    decisions: Annotated[dict[StepCode, DecisionRule], Field(min_length=1)]
    #: working days the desk has, beside the promise of the whole
    working_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    #: the same in minutes, for services that are done while one waits
    minutes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    #: working days of single desks, where they differ
    working_days_at: dict[Code, Annotated[int, Field(ge=0, le=1000)]] = Field(default_factory=dict)
    #: what the public page calls this stage; the step's own label when absent
    public_label: Label | None = None

    @property
    def opinions_needed(self) -> int:
        """How many opinions the join waits for; 0: there is no join."""
        if self.join is None:
            return 0
        return {"all": len(self.desks), "any": 1}[self.join] if isinstance(self.join, str) else self.join

    @property
    def every_desk(self) -> tuple[str, ...]:
        """The desks a document of this step can lie at, stand-ins among them."""
        return (*self.desks, *self.stand_in)


class Resume(Frozen):
    """How an application that was stopped goes on."""

    #: calendar days it can be asked for
    days: Annotated[int, Field(ge=1, le=3650)]
    #: the step it goes on at
    to: StepCode
    #: the end it comes to when nobody has asked for it in time; None: it stays as it is
    then: StepCode | None = None


class End(Frozen):
    """Where a route stops."""

    label: Label
    outcome: Outcome
    #: of a stop: how it is taken up again
    resume: Resume | None = None
    #: of a referral: the service it belongs to
    refers_to: Code | None = None


class Withdrawal(Frozen):
    """From which steps the applicant may take the application back, and to which end that leads."""

    to: StepCode
    from_steps: Annotated[tuple[StepCode, ...], Field(min_length=1)]


class Workflow(Frozen):
    """A service's route, complete. Two with the same ``content_hash`` are the same version."""

    service: Code
    label: Label
    unit: Code
    #: the promise to the public, in working days from the moment the file is complete
    working_days: Annotated[int, Field(ge=0, le=1000)] | None = None
    #: the same in minutes
    minutes: Annotated[int, Field(ge=1, le=10_000)] | None = None
    #: how the promise is counted
    clock: Clock = Clock()
    #: by when a law wants the decision; None: none that the office knows of
    legal_limit: LegalLimit | None = None
    #: where the numbers and the route come from: law, region, page
    sources: tuple[str, ...] = ()
    #: what the office decided itself, without a source: the days of single desks, an order of steps
    choices: tuple[str, ...] = ()
    #: the service standard of UU 25/2009; publishing asks for all of it
    standard: Standard | None = None
    #: how it may be handed in
    channels: tuple[Channel, ...] = (Channel.COUNTER, Channel.ONLINE)
    #: what it costs; empty: nothing
    fees: tuple[Fee, ...] = ()
    #: when it is taken; empty: always
    windows: tuple[Window, ...] = ()
    quota: Quota | None = None
    #: what the applicant is asked, beside name, NIK and telephone
    form: dict[FieldCode, FormField] = Field(default_factory=dict)
    requirements: dict[Code, Requirement] = Field(default_factory=dict)
    #: the steps at which an application may begin; the first is the counter's
    intake: Annotated[tuple[StepCode, ...], Field(min_length=1)]
    steps: Annotated[dict[StepCode, Step], Field(min_length=1)]
    ends: Annotated[dict[StepCode, End], Field(min_length=1)]
    withdrawal: Withdrawal | None = None
    #: the name of the log this route was derived from; such a service takes no new applications at the counter
    imported_from: str | None = None

    @cached_property
    def canonical(self) -> bytes:
        """The bytes that are stored and hashed.

        Not RFC 8785, which sorts keys: desks list requirements and decisions in the order the office wrote them.
        """
        written = self.model_dump(mode="json", exclude_defaults=True)
        return json.dumps(written, ensure_ascii=False, separators=(",", ":")).encode()

    @cached_property
    def content_hash(self) -> str:
        """SHA-256 of ``canonical`` in hex: the version's name."""
        return hashlib.sha256(self.canonical).hexdigest()

    @cached_property
    def has_conditions(self) -> bool:
        """Whether anything on the way depends on facts, so that they must be looked at."""
        return any(
            step.only_if is not None
            or step.only_if_at
            or any(choice.only_if is not None for choice in step.desk_by)
            or any(rule.only_if is not None for rule in step.decisions.values())
            for step in self.steps.values()
        )

    @cached_property
    def before_answer(self) -> frozenset[str]:
        """The steps at which the office has not answered yet; empty: no decision is marked as the answer."""
        found = self._reached_without(lambda rule: rule.answers)
        # What the law deems granted has still to be written down.
        deemed = self.legal_limit.to if self.legal_limit is not None else None
        return found | {deemed} if found and deemed is not None else found

    @cached_property
    def before_complete(self) -> frozenset[str]:
        """The steps at which nobody has declared the file complete; empty: the counter does, by taking it in."""
        return self._reached_without(lambda rule: rule.completes)

    def origins_of(self, step: str) -> Iterator[str]:
        """The steps a document can have come from when it reaches ``step``: those ``origin`` may lead back to."""
        for code, candidate in self.steps.items():
            if code != step and any(rule.to == step for rule in candidate.decisions.values()):
                yield code

    def waits_for_applicant(self, step: str) -> bool:
        """Whether the ball is with the applicant at this step."""
        return step in self.steps and self.steps[step].waits_for == "applicant"

    def label_of(self, code: str) -> Label:
        """The label of a step or an end."""
        return self.steps[code].label if code in self.steps else self.ends[code].label

    def _reached_without(self, is_marked: Callable[[DecisionRule], bool]) -> frozenset[str]:
        """The steps to which some way leads without a decision that is marked; empty: none is."""
        if not any(is_marked(rule) for step in self.steps.values() for rule in step.decisions.values()):
            return frozenset()
        found: set[str] = set()
        waiting = list(self.intake)
        while waiting:
            code = waiting.pop()
            end = self.ends.get(code)
            if end is not None and end.resume is not None:
                waiting.append(end.resume.to)
            if code in found or code not in self.steps:
                continue
            found.add(code)
            step = self.steps[code]
            # What goes back to its origin comes to where it has been.
            waiting += [rule.to for rule in step.decisions.values() if not is_marked(rule) and rule.to != ORIGIN]
            waiting += [step.otherwise] if step.otherwise is not None else []
        return frozenset(found)
