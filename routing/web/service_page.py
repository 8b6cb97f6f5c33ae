"""What the public is told of one service: standard, requirements, charges, promise, how and when it is taken."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from routing.domain.desks import Label
from routing.domain.fees import Fee
from routing.domain.requirements import Requirement
from routing.domain.service_standard import COMPONENT_NAMES, PUBLIC_COMPONENTS, Standard
from routing.domain.time_limits import LegalLimit
from routing.domain.workflow import Workflow
from routing.web.conditions import CHANNELS, condition_in_words
from routing.web.wording import N_, Wording

#: What it means that nobody decided in time.
_WHEN_IT_PASSES = {
    "no": N_("If it passes, the office is late, and you can complain about it."),
    "yes": N_("If it passes, the law deems your application granted, and the office has to put that in writing."),
    "oss": N_("If it passes, the national licensing system (OSS) issues by itself."),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Component:
    """A public component of the standard."""

    name: Label
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToBring:
    """A requirement, and in which case it is asked for."""

    need: Requirement
    condition: str
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """A charge by its rule."""

    fee: Fee
    condition: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ServicePage:
    """One service before the public."""

    workflow: Workflow
    components: tuple[Component, ...]
    to_bring: tuple[ToBring, ...]
    to_pay: tuple[ToPay, ...]
    #: by when a law wants the decision
    limit: LegalLimit | None
    #: what follows when that time passes; untranslated
    when_it_passes: str
    #: untranslated
    channels: tuple[str, ...]
    #: first and last day
    windows: tuple[tuple[str, str], ...]
    #: what a quota is counted by; empty: by the service
    quota_per: str


def service_page(workflow: Workflow, wording: Wording, today: date) -> ServicePage:
    """The page, with the requirements of that day."""
    per = workflow.quota.per if workflow.quota is not None else None
    return ServicePage(
        workflow=workflow,
        components=tuple(_components(workflow.standard or Standard(), wording)),
        to_bring=tuple(
            ToBring(
                need=need,
                condition=_condition(need.only_if, workflow, wording),
                due=wording.label(workflow.steps[need.due].label) if need.due in workflow.steps else "",
            )
            for need in workflow.requirements.values()
            if need.is_in_force(today)
        ),
        to_pay=tuple(ToPay(fee=fee, condition=_condition(fee.only_if, workflow, wording)) for fee in workflow.fees),
        limit=workflow.legal_limit,
        when_it_passes=_WHEN_IT_PASSES[workflow.legal_limit.deemed] if workflow.legal_limit is not None else "",
        channels=tuple(CHANNELS[one.value] for one in workflow.channels),
        windows=tuple((_day(one.opens, wording), _day(one.closes, wording)) for one in workflow.windows),
        quota_per=wording.label(workflow.form[per].label) if per in workflow.form else "",
    )


def _components(standard: Standard, wording: Wording) -> Iterator[Component]:
    for code in PUBLIC_COMPONENTS:
        said = getattr(standard, code)
        text = (said.en if wording.language == "en" else said.id).strip()
        if text:
            yield Component(name=COMPONENT_NAMES[code], text=text)


def _condition(source: str | None, workflow: Workflow, wording: Wording) -> str:
    return condition_in_words(source, workflow, wording) if source is not None else ""


def _day(month_and_day: str, wording: Wording) -> str:
    month, day = month_and_day.split("-")
    return wording.day_of_year(int(month), int(day))
