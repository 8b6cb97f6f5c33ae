"""Whether everything on screen is there in both languages, and the service standard complete."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from pydantic import BaseModel

from routing.catalogue.findings import Finding, Path, Say, shown
from routing.catalogue.language_schema import models_in
from routing.domain.desks import Label
from routing.domain.service_standard import COMPONENT_NAMES, Component, Standard, empty_components
from routing.domain.workflow import Workflow

#: Two languages may have a name in common; a sentence of so many words they have not.
_WORDS_OF_A_SENTENCE = 4
_LANGUAGES = {"id": "Indonesian", "en": "English"}


def check_wording(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """Every text in one language only. Routes of a log have the log's words, in whatever language it has."""
    if workflow.imported_from is not None:
        return
    for path, text in _texts(workflow):
        for language, words in (("id", text.id), ("en", text.en)):
            if words.isspace() and isinstance(text, Label):
                problem = f"{_where(path)} has no text in {_LANGUAGES[language]}."
                yield say((*path, language), "missing-translation", problem, "Write it; the screen has two languages.")
        if text.id == text.en and len(text.id.split()) >= _WORDS_OF_A_SENTENCE:
            problem = f"{_where(path)} says the same words in both languages."
            yield say((*path, "en"), "missing-translation", problem, "Translate it.")


def check_standard(workflow: Workflow, say: Say) -> Iterator[Finding]:
    """The components of the service standard that are empty; nobody may publish a service with one (UU 25/2009)."""
    if workflow.imported_from is not None:
        return
    standard = workflow.standard or Standard()
    for code in empty_components(standard):
        component: Component = getattr(standard, code)
        language = "id" if not component.id.strip() else "en"
        name = COMPONENT_NAMES[code].en
        problem = f"The service standard says nothing of {shown(name)} ({code}) in {_LANGUAGES[language]}."
        way_out = f'Add "{code}:" with id and en below "standard:", or to office/standard.yaml for every service.'
        yield say(("standard", code, language), "standard-incomplete", problem, way_out)


def _texts(workflow: Workflow) -> Iterator[tuple[Path, Label | Component]]:
    """Every text of a route, with the way to it."""
    waiting: list[tuple[Path, object]] = [((), workflow)]
    while waiting:
        path, thing = waiting.pop()
        if isinstance(thing, Label | Component):
            yield path, thing
        elif isinstance(thing, BaseModel):
            waiting += [((*path, key), part) for key in _telling(type(thing)) if (part := getattr(thing, key))]
        elif isinstance(thing, dict):
            waiting += [((*path, key), part) for key, part in thing.items()]
        elif isinstance(thing, tuple):
            waiting += [((*path, place), part) for place, part in enumerate(thing)]


@cache
def _telling(model: type[BaseModel]) -> tuple[str, ...]:
    """The keys of a model below which there can be text."""
    return tuple(key for key, field in model.model_fields.items() if models_in(field.annotation))


def _where(path: Path) -> str:
    return shown(" / ".join(str(step) for step in path))
