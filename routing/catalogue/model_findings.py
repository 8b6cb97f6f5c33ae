"""What Pydantic says of a file's content, told in the words and at the line of whoever wrote the file.

The models of ``domain`` are the only definition of the language; this knows none of their fields by name.
"""

from __future__ import annotations

import json
import types
from collections.abc import Callable, Iterable, Iterator
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, TypeAdapter, ValidationError
from pydantic_core import ErrorDetails

from routing.catalogue.findings import Finding, Path, first_findings, instead_of, shown
from routing.catalogue.yaml_source import YamlSource

Thing = TypeVar("Thing")

_CODE = "A code has at most 100 lower-case letters, digits and hyphens and starts with a letter or digit."
#: What Pydantic puts at the end of the way to a key that is wrong itself.
_KEY = "[key]"


def parse_as(source: YamlSource, kind: type[Thing]) -> tuple[Thing | None, tuple[Finding, ...]]:
    """The source as the given model, or None and every place where it is not."""
    return _parse(source, TypeAdapter(kind), kind)


def parse_list(source: YamlSource, kind: type[Thing]) -> tuple[tuple[Thing, ...] | None, tuple[Finding, ...]]:
    """The source as a list of the given model, or None and every place where it is not."""
    listed: Any = tuple[kind, ...]  # type: ignore[valid-type]
    return _parse(source, TypeAdapter(listed), listed)


def _parse(source: YamlSource, adapter: TypeAdapter[Thing], kind: Any) -> tuple[Thing | None, tuple[Finding, ...]]:
    try:
        # As JSON and strictly: there a list may become a tuple and a word an enum's, but "5" is no number.
        return adapter.validate_json(json.dumps(source.value), strict=True), ()
    except ValidationError as error:
        return None, first_findings(_findings(source, kind, error.errors(include_url=False)))


def _findings(source: YamlSource, kind: Any, errors: Iterable[ErrorDetails]) -> Iterator[Finding]:
    for error in errors:
        path: Path = error["loc"]
        if error["type"] == "missing":
            yield _missing(source, path)
        elif error["type"] == "extra_forbidden":
            yield _unknown(source, path, _known_keys(kind, path[:-1]))
        else:
            yield _wrong(source, path, error)


def _missing(source: YamlSource, path: Path) -> Finding:
    line, column = source.place_of(path)
    problem = f"{_thing(path[:-1])} lacks the key {shown(str(path[-1]))}."
    way_out = f'Add "{path[-1]}:" to it.'
    return Finding(file=source.file, line=line, column=column, code="missing-key", problem=problem, way_out=way_out)


def _unknown(source: YamlSource, path: Path, known: tuple[str, ...]) -> Finding:
    line, column = source.place_of_key(path)
    key = str(path[-1])
    problem = f"{_thing(path[:-1])} knows no key {shown(key)}."
    way_out = instead_of(key, known)
    return Finding(file=source.file, line=line, column=column, code="unknown-key", problem=problem, way_out=way_out)


def _wrong(source: YamlSource, path: Path, error: ErrorDetails) -> Finding:
    is_key = bool(path) and path[-1] == _KEY
    line, column = source.place_of_key(path[:-1]) if is_key else source.place_of(path)
    written = str(path[-2]) if is_key else _written(error["input"])
    if is_key and written.startswith("@"):
        code, problem = (
            "reserved-code",
            f'{shown(written)} begins with "@", which the engine keeps for itself.',
        )
        return Finding(file=source.file, line=line, column=column, code=code, problem=problem, way_out=_CODE)
    if error["type"] == "value_error":
        # Each key is what it should be; the model's own sentence says what is wrong with them together.
        problem = f"{_thing(path)}: its keys contradict each other."
        way_out = _sentence(str(error.get("ctx", {}).get("error", error["msg"])))
        return Finding(file=source.file, line=line, column=column, code="wrong-value", problem=problem, way_out=way_out)
    asked, way_out = _asked(error, written)
    thing = _thing(path[:-2]) + ", key" if is_key else _thing(path)
    return Finding(
        file=source.file,
        line=line,
        column=column,
        code="wrong-value",
        problem=f"{thing}: {shown(written) if written else 'nothing'} is not {asked}.",
        way_out=way_out,
    )


def _asked(error: ErrorDetails, written: str) -> tuple[str, str]:
    """What a value should have been, and how to get there."""
    limits = error.get("ctx", {})
    answers: dict[str, Callable[[], tuple[str, str]]] = {
        "string_pattern_mismatch": lambda: ("a code", _CODE),
        "string_type": lambda: (
            "text",
            f'Write it in quotes: "{written}".' if written else "Write something there.",
        ),
        "string_too_short": lambda: ("long enough", "Write something there."),
        "string_too_long": lambda: ("short enough", f"At most {limits.get('max_length')} characters."),
        "bool_type": lambda: ("true or false", "Write true or false, without quotes."),
        "int_type": lambda: ("a whole number", "Write digits, without quotes."),
        "too_short": lambda: ("enough", f"Write at least {limits.get('min_length')}."),
        "greater_than_equal": lambda: ("large enough", f"At least {limits.get('ge')}."),
        "less_than_equal": lambda: ("small enough", f"At most {limits.get('le')}."),
        "tuple_type": lambda: (
            "a list",
            f"Write it as a list: [{written}]." if written else "Write it as a list: [...].",
        ),
        "dict_type": lambda: ("a table of keys", 'Write "key: value" lines below it.'),
        "model_type": lambda: ("a table of keys", 'Write "key: value" lines below it.'),
        "enum": lambda: ("possible", f"Possible: {limits.get('expected')}."),
        "literal_error": lambda: ("possible", f"Possible: {limits.get('expected')}."),
    }
    answer = answers.get(error["type"])
    return answer() if answer is not None else ("what is asked for", f"{error['msg']}.")


def _sentence(said: str) -> str:
    return f"{said[:1].upper()}{said[1:]}."


def _thing(path: Path) -> str:
    """The way to a value as a person reads it: ``steps / verify / label``."""
    return shown(" / ".join(str(step) for step in path)) if path else "The file"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return "a table of keys" if isinstance(value, dict) else "a list"
    return "" if value is None else str(value)


def _known_keys(kind: Any, path: Path) -> tuple[str, ...]:
    """The keys that the model at the end of the path has."""
    for step in path:
        kind = _below(kind, step)
    model = _without_none(kind)
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return ()
    return tuple(field.alias or name for name, field in model.model_fields.items())


def _below(kind: Any, step: str | int) -> Any:
    """The type of a part, by its key or position."""
    kind = _without_none(kind)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        field = kind.model_fields.get(str(step))
        return field.annotation if field is not None else None
    parts = get_args(kind)
    return (parts[1] if get_origin(kind) is dict else parts[0]) if parts else None


def _without_none(kind: Any) -> Any:
    if get_origin(kind) is Annotated:
        return _without_none(get_args(kind)[0])
    if get_origin(kind) in (Union, types.UnionType):
        return _without_none(next(part for part in get_args(kind) if part is not type(None)))
    return kind
