"""Collects every text the office says and keeps the catalogues complete: ``python -m routing.web.wording_catalogue``.

Texts come from templates, from ``N_()`` and ``Phrase()`` in the code, from every refusal and from every action a
person can be refused. What is new is added without a translation; a test names what is still missing.
"""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

import routing
from routing.domain.errors import Refusal
from routing.domain.people import Action
from routing.web.wording import LANGUAGES, TEMPLATES, catalogue_path

_CODE = Path(routing.__file__).parent
#: Indonesian has no plural forms; "3 berkas", "satu berkas".
_PLURALS = {"id": "nplurals=1; plural=0;", "en": "nplurals=2; plural=(n != 1);"}
_HEADER = """msgid ""
msgstr ""
"Project-Id-Version: Satu Atap\\n"
"Language: {language}\\n"
"MIME-Version: 1.0\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Content-Transfer-Encoding: 8bit\\n"
"Plural-Forms: {plurals}\\n"

"""
_KEYWORDS = {"N_": None, "Phrase": None}
_IN_TEMPLATES = {"_": None, "gettext": None, "ngettext": (1, 2)}

#: A text, or its singular and plural.
Message = str | tuple[str, ...]


def collect_messages() -> set[Message]:
    """Every text there is, in English."""
    return {*_in_templates(), *_in_code(), *_refusals(), *(action.value for action in Action)}


def complete(language: str) -> list[Message]:
    """Adds to the catalogue what is new, drops what is gone, and gives what has no translation."""
    path = catalogue_path(language)
    header = _HEADER.format(language=language, plurals=_PLURALS[language])
    path.parent.mkdir(parents=True, exist_ok=True)
    before = path.read_bytes() if path.is_file() else header.encode()
    old = read_po(BytesIO(before), locale=language)
    new = read_po(BytesIO(header.encode()), locale=language)
    for message in sorted(collect_messages(), key=str):
        known = old.get(message[0] if isinstance(message, tuple) else message)
        new.add(message, known.string if known is not None and not known.fuzzy else "")
    body = BytesIO()
    # A header of our own: Babel's carries the time, and would change at every run.
    write_po(body, new, width=110, omit_header=True)
    path.write_bytes(header.encode() + body.getvalue())
    return missing(new)


def missing(catalogue: Catalog) -> list[Message]:
    """The messages without a translation."""
    return [
        tuple(message.id) if isinstance(message.id, list | tuple) else message.id
        for message in catalogue
        if message.id and not all(message.string if isinstance(message.string, tuple | list) else (message.string,))
    ]


def _in_templates() -> Iterator[Message]:
    for path in sorted(TEMPLATES.rglob("*.html")):
        with path.open("rb") as file:
            options = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}
            for found in babel_extract(file, list(_IN_TEMPLATES), [], options):
                yield _message(found[2])


def _in_code() -> Iterator[Message]:
    for path in sorted(_CODE.rglob("*.py")):
        with path.open("rb") as file:
            for found in extract("python", file, keywords=_KEYWORDS):
                yield _message(found[1])


def _refusals() -> Iterator[Message]:
    for module in pkgutil.walk_packages(routing.__path__, "routing."):
        if ".migrations" not in module.name and not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    waiting = [Refusal]
    while waiting:
        kind = waiting.pop()
        waiting += kind.__subclasses__()
        if kind is not Refusal and kind.__module__.startswith("routing."):
            yield kind.template()


def _message(found: str | tuple[str | None, ...] | list[str | None] | None) -> Message:
    if isinstance(found, str):
        return found
    texts = tuple(text for text in found or () if isinstance(text, str))
    return texts if len(texts) > 1 else texts[0]


if __name__ == "__main__":
    for one in LANGUAGES:
        lacking = complete(one)
        sys.stderr.write(f"{one}: {len(lacking)} without a translation\n")
        # English is what the code says; only the others have to be translated.
        for text in lacking if one != "en" else ():
            sys.stdout.write(f"{text!r}\n")
