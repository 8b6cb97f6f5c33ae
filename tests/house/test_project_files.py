"""Holds the files around the engine to what the README promises, and the code to its sizes and names."""

import ast
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCKS = ["requirements.lock", "requirements-dev.lock"]
CODE = sorted(path for top in ("routing", "workers") for path in (ROOT / top).rglob("*.py"))

#: About 300 lines a file and 40 a function are the aim; these are where argument ends.
LINES_A_FILE = 330
LINES_A_FUNCTION = 60

#: One file by promise: it is copied alone to the machine of whoever doubts the office.
STANDS_ALONE = ROOT / "routing" / "cli" / "satuatap_verify.py"

#: Names that could hold anything, and so end up holding everything.
BANNED = {"utils", "helpers", "common", "base", "misc", "core", "manager"}
BANNED |= {"service", "services", "models", "views", "routes"}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(lock: str) -> dict[str, str]:
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    pins = (line.split()[0].split("==") for line in lines if line[:1].isalnum())
    return {normal(name): version for name, version in pins}


def asked_for(requirements: list[str]) -> set[str]:
    return {normal(re.match(r"[\w.-]+", requirement)[0]) for requirement in requirements}  # type: ignore[index]


@pytest.mark.parametrize("lock", LOCKS)
def test_every_locked_package_has_its_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z0-9])", (ROOT / lock).read_text(encoding="utf-8"), flags=re.IGNORECASE)[1:]
    # A package may stand there twice, for an older and a newer Python.
    assert {normal(entry.split("==")[0]) for entry in entries} == set(locked(lock))
    assert [entry.splitlines()[0] for entry in entries if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_names_no_host_no_index_and_no_folder(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    telltales = [
        "://",
        "--index",
        "--extra-index",
        "--find-links",
        "--trusted",
        " @ ",
        "file:",
        "/home/",
        "../",
    ]
    assert [telltale for telltale in telltales if telltale in text] == []


def test_what_the_project_depends_on_is_locked_to_run() -> None:
    assert asked_for(PROJECT["project"]["dependencies"]) - set(locked("requirements.lock")) == set()


def test_what_tests_and_checks_depend_on_is_locked_to_develop() -> None:
    groups = PROJECT["dependency-groups"]
    assert asked_for(groups["test"] + groups["check"]) - set(locked("requirements-dev.lock")) == set()


def test_what_is_tested_is_what_runs() -> None:
    assert locked("requirements.lock").items() <= locked("requirements-dev.lock").items()


def test_what_runs_carries_no_test_server_and_no_checker() -> None:
    groups = PROJECT["dependency-groups"]
    assert asked_for(groups["test"] + groups["check"]) & set(locked("requirements.lock")) == set()


def test_every_dependency_says_from_which_version_to_which() -> None:
    groups = PROJECT["dependency-groups"]
    everything = PROJECT["project"]["dependencies"] + groups["test"] + groups["check"]
    # Time zones are data of the year: newer is never worse.
    everything.remove("tzdata>=2026.1")
    assert [one for one in everything if ">=" not in one or "<" not in one.split(">=")[1]] == []


def test_the_licence_lies_beside_the_code() -> None:
    text = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert "Apache License" in text
    assert "END OF TERMS AND CONDITIONS" in text
    assert PROJECT["project"]["license"] == "Apache-2.0"
    assert PROJECT["project"]["license-files"] == ["LICENSE"]


@pytest.mark.parametrize("name", ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "compose.yaml", "routing/py.typed"])
def test_what_a_newcomer_looks_for_is_there(name: str) -> None:
    assert (ROOT / name).is_file()


def test_ci_runs_the_test_command_exactly_as_the_readme_prints_it() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    printed = {line.strip().removeprefix("$ ") for line in readme if "dev.py test" in line}
    run = [line.strip() for line in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()]
    assert "python3 dev.py test" in printed, "the README no longer prints the plain command on a line of its own"
    # The last line, because a reader of the CI's output takes the last summary for the result.
    assert run[-1] == "python3 dev.py test"


def test_artefacts_and_environments_stay_outside_git() -> None:
    ignored = (ROOT / ".gitignore").read_text(encoding="utf-8").splitlines()
    assert {".venv/", "uv.lock", ".ci/artefacts/"} <= set(ignored)


def test_every_exception_from_the_rules_has_its_reason() -> None:
    lines = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("[tool.ruff.lint.mccabe]")[0].splitlines()
    exceptions = [line for line in lines if re.match(r'\s+"[A-Z]+\d*",', line)]
    assert exceptions
    assert [line for line in exceptions if not re.search(r"# \S.{5,}", line)] == []


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in CODE if path != STANDS_ALONE}
    assert [f"{path.relative_to(ROOT)}: {n} lines" for path, n in lengths.items() if n > LINES_A_FILE] == []


def test_no_function_is_longer_than_a_screen() -> None:
    too_long = []
    for path in CODE:
        # A migration is one list of changes, and splitting it hides their order.
        if "versions" in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > LINES_A_FUNCTION:
                    too_long.append(f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {lines} lines")
    assert too_long == []


def test_no_file_or_folder_has_a_name_that_could_hold_anything() -> None:
    parts = {path: {*path.relative_to(ROOT).parent.parts, path.stem} for path in CODE}
    assert [str(path.relative_to(ROOT)) for path, names in parts.items() if names & BANNED] == []


def test_every_module_opens_with_a_sentence() -> None:
    silent = [path for path in CODE if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))]
    assert [str(path.relative_to(ROOT)) for path in silent] == []
