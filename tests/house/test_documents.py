"""What docs/ says is as in the code; python3 -m tests.house.test_documents writes what can be written."""

import difflib
import importlib
import json
import os
import pkgutil
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

import routing
import workers
from routing.catalogue.language_schema import language_schema, models_of
from routing.domain.errors import DatabaseAway, Fault, Kind, Refusal
from routing.domain.workflow import Workflow
from routing.settings import PREFIX, Settings, UnknownSetting, load_settings
from routing.web.api.app import make_api, openapi_document
from routing.web.statuses import status_of

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"

_MEANT = {
    Kind.FORBIDDEN: "the person may not do this",
    Kind.UNKNOWN: "the thing named does not exist",
    Kind.MALFORMED: "what was sent is not well-formed",
    Kind.IMPOSSIBLE: "not possible as things stand",
    Kind.STALE: "somebody else was faster",
    Kind.TOO_LARGE: "more than the office takes in",
    Kind.BUSY: "too much at once",
}


def every(kind: type[Exception]) -> list[type[Exception]]:
    """Every refusal (or fault) of the program, wherever it is defined."""
    for package in (routing, workers):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            if not module.name.endswith("__main__") and ".migrations" not in module.name:
                importlib.import_module(module.name)
    found, waiting = [], [kind]
    while waiting:
        for one in waiting.pop().__subclasses__():
            if one.__module__.partition(".")[0] in {"routing", "workers"}:
                found.append(one)
                waiting.append(one)
    return sorted(found, key=lambda one: one.code)  # type: ignore[attr-defined]


@cache
def refusals() -> list[type[Refusal]]:
    return every(Refusal)  # type: ignore[return-value]


@cache
def faults() -> list[type[Fault]]:
    return every(Fault)  # type: ignore[return-value]


def sentence(one: type[Exception]) -> str:
    return " ".join((one.__doc__ or "").split())


def settings_document() -> str:
    """docs/settings.md, from the descriptions of the fields."""
    lines = [
        "# Settings",
        "",
        "Every setting is an environment variable and has a default. An unknown variable with this prefix is refused,",
        "because a misspelt setting that is silently ignored is worse than a program that does not start.",
        "",
        "| variable | default | meaning |",
        "|---|---|---|",
    ]
    for name, field in Settings.model_fields.items():
        default = "`~/.local/share/satuatap`" if name == "data" else _shown(field.default)
        lines.append(f"| `{PREFIX}{name.upper()}` | {default} | {field.description} |")
    return "\n".join(lines) + "\n"


def _shown(default: object) -> str:
    if default is None:
        return "-"
    value = default.get_secret_value() if hasattr(default, "get_secret_value") else default
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def refusals_document() -> str:
    """docs/refusals.md, from the docstrings of the refusals."""
    lines = [
        "# Refusals and faults",
        "",
        "A refusal is the office saying no: it changes nothing, and its code stays the same from version to version.",
        "What stands in braces is filled in. A fault means that something broke; it is logged and tried again. The",
        "status is that of pages and API; there the code is the last part of a problem's `type`.",
        "",
        "| code | status | kind | sentence |",
        "|---|---|---|---|",
        *(f"| `{one.code}` | {status_of(one)} | {_MEANT[one.kind]} | {sentence(one)} |" for one in refusals()),
        "",
        "| fault | status | sentence |",
        "|---|---|---|",
        *(f"| `{one.code}` | {503 if issubclass(one, DatabaseAway) else 500} | {sentence(one)} |" for one in faults()),
    ]
    return "\n".join(lines) + "\n"


def api_document() -> str:
    """docs/openapi.json, as the API serves it."""
    return json.dumps(openapi_document(make_api()), ensure_ascii=False, indent=1) + "\n"


def schema_document() -> str:
    """docs/workflow.schema.json, as ``satuatap workflow schema`` prints it."""
    return json.dumps(language_schema(), ensure_ascii=False, indent=1) + "\n"


DOCUMENTS = {
    "settings.md": settings_document,
    "refusals.md": refusals_document,
    "openapi.json": api_document,
    "workflow.schema.json": schema_document,
}


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_document_says_what_the_code_says(name: str) -> None:
    wanted = DOCUMENTS[name]().splitlines()
    found = (DOCS / name).read_text(encoding="utf-8").splitlines() if (DOCS / name).is_file() else []
    difference = "\n".join(difflib.unified_diff(found, wanted, f"docs/{name}", "the code", lineterm="", n=0))
    assert difference == "", f"python3 -m tests.house.test_documents brings it up to date:\n{difference}"


def test_every_key_of_the_language_is_told_with_its_words() -> None:
    told = (DOCS / "workflow-language.md").read_text(encoding="utf-8")
    keys = {f"{model.__name__}.{key}" for model in models_of(Workflow) for key in model.model_fields}
    assert len(keys) > 80
    assert [key for key in sorted(keys) if f"`{key.partition('.')[2]}`" not in told] == []
    words = {word for part in language_schema()["$defs"].values() for word in part.get("enum", ())}
    assert len(words) > 30
    assert [word for word in sorted(words) if f"`{word}`" not in told] == []


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means(name: str) -> None:
    description = Settings.model_fields[name].description
    assert description
    assert description.endswith(".")
    assert "|" not in description


def test_every_setting_has_a_default_so_that_a_clone_runs() -> None:
    assert [name for name, field in Settings.model_fields.items() if field.is_required()] == []


def test_the_readme_leads_to_each_document() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert [name for name in DOCUMENTS if f"docs/{name}" not in readme] == []


def test_every_setting_that_is_used_anywhere_is_one() -> None:
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    named = {
        (path.name, name)
        for path in (ROOT / "compose.yaml", ROOT / "README.md", *(ROOT / "docs").glob("*.md"))
        if path.is_file()
        for name in re.findall(r"SATUATAP_[A-Z_]+", path.read_text(encoding="utf-8"))
    }
    assert named
    ours = {(where, name) for where, name in named if not name.startswith(("SATUATAP_TEST_", "SATUATAP_VENV"))}
    assert {pair for pair in ours if pair[1] not in known} == set()


def test_a_misspelt_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SATUATAP_DATABSE_URL", "postgresql://db")
    with pytest.raises(UnknownSetting, match=r"SATUATAP_DATABSE_URL .*SATUATAP_DATABASE_URL"):
        load_settings()


@pytest.mark.parametrize("kind", [refusals, faults])
def test_every_code_is_given_once(kind: Callable[[], list[type[Refusal | Fault]]]) -> None:
    assert kind()
    assert [code for code, count in Counter(one.code for one in kind()).items() if count > 1] == []
    assert [one.code for one in kind() if not re.fullmatch(r"[a-z][a-z0-9_]+", one.code)] == []
    # Whoever forgot to give a code has that of the class above.
    assert [one.__name__ for one in kind() if "code" not in vars(one)] == []


def test_no_refusal_has_the_code_of_a_fault() -> None:
    assert {one.code for one in refusals()} & {one.code for one in faults()} == set()


def test_what_a_page_may_say_stands_where_translations_are_looked_for() -> None:
    """That is routing; of the parts beside it only the measurements refuse anything, and they speak on a terminal."""
    elsewhere = {one.__module__ for one in refusals() if not one.__module__.startswith("routing.")}
    assert [name for name in elsewhere if not name.startswith("workers.bench.")] == []


def test_each_has_a_sentence_of_its_own() -> None:
    everything = [*refusals(), *faults()]
    assert [one.__name__ for one in everything if len(sentence(one)) < 15 or sentence(one)[-1] not in ".?}"] == []
    assert [said for said, count in Counter(map(sentence, everything)).items() if count > 1] == []


def test_the_domain_is_pure_for_whoever_imports_it() -> None:
    """Not what the source says, but what a fresh interpreter has loaded afterwards."""
    modules = sorted(
        module.name
        for module in pkgutil.walk_packages([str(ROOT / "routing" / "domain")], "routing.domain.")
    )  # fmt: skip
    assert len(modules) > 10
    impure = ["sqlalchemy", "alembic", "psycopg", "celery", "kombu", "fastapi", "starlette", "yaml", "jinja2", "redis"]
    program = (
        f"import importlib, sys\nfor name in {modules!r}: importlib.import_module(name)\n"
        f"print(*[name for name in {impure!r} if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=ROOT,
        env={name: value for name, value in os.environ.items() if not name.startswith("COVERAGE")},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == []


#: Registries and their mirrors; a file that names one works only where that one can be reached.
_REGISTRIES = re.compile(
    r"\b(?:(?:test\.|files\.|www\.)?(?:pypi|pythonhosted)\.(?:org|io)|pypi\.python\.org|registry\.npmjs\.org|"
    r"registry\.yarnpkg\.com|proxy\.golang\.org|repo1?\.maven\.(?:org|apache\.org)|[\w.-]*artifactory[\w.-]*|"
    r"[\w.-]*devpi[\w.-]*|mirrors?\.[\w-]+\.[\w.]+)"
)


def test_no_file_names_a_registry() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode:
        pytest.skip("not a git checkout")
    named = []
    for name in listed.stdout.splitlines():
        path = ROOT / name
        if path == Path(__file__) or not path.is_file():
            continue
        text = path.read_bytes().decode(errors="replace")
        named += [f"{name}: {found[0]}" for found in _REGISTRIES.finditer(text)]
    assert named == []


if __name__ == "__main__":
    DOCS.mkdir(exist_ok=True)
    for document, write in DOCUMENTS.items():
        (DOCS / document).write_text(write(), encoding="utf-8")
        sys.stdout.write(f"docs/{document}\n")
