"""The language of the routes as a JSON Schema, for editors: made from the models, which remain its only definition."""

from __future__ import annotations

import inspect
import re
from typing import Any

from pydantic import BaseModel

from routing.domain.workflow import Workflow

#: A comment that tells of the key below it; it may go on over several lines.
_TOLD = re.compile(r"((?:^ +#: .*\n)+) +(\w+):", re.MULTILINE)


def language_schema() -> dict[str, Any]:
    """What a workflow file may say (JSON Schema, draft 2020-12), each key with what the models tell of it."""
    schema = Workflow.model_json_schema()
    definitions: dict[str, Any] = schema.get("$defs", {})
    for model in models_of(Workflow):
        place = schema if model is Workflow else definitions[model.__name__]
        _describe(place, model)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | schema


def models_of(model: type[BaseModel]) -> list[type[BaseModel]]:
    """The model and every model it is made of, each once."""
    found, waiting = [], [model]
    while waiting:
        one = waiting.pop()
        if one in found:
            continue
        found.append(one)
        for field in one.model_fields.values():
            waiting += models_in(field.annotation)
    return found


def models_in(kind: Any) -> list[type[BaseModel]]:
    """The models an annotation names."""
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for part in getattr(kind, "__args__", ()) for model in models_in(part)]


def _describe(place: dict[str, Any], model: type[BaseModel]) -> None:
    """Titles say no more than the keys; what is worth telling stands in the comments above them."""
    place.pop("title", None)
    if model.__doc__:
        place["description"] = " ".join(inspect.cleandoc(model.__doc__).split())
    told = {name: comment for comment, name in _TOLD.findall(inspect.getsource(model))}
    for name, part in place["properties"].items():
        part.pop("title", None)
        if name in told:
            part["description"] = " ".join(line.strip().removeprefix("#: ") for line in told[name].splitlines())
