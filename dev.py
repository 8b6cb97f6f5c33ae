#!/usr/bin/env python3
"""The way in: makes .venv from the locked requirements and starts things in it; standard library only.

    python3 dev.py up [--demo ...]   set up, then start the mall
    python3 dev.py test [...]        set up, then run the tests (what follows goes to pytest)
    python3 dev.py check             set up, then everything a reviewer's machine can check
    python3 dev.py setup             set up for development, and start nothing
    python3 dev.py lock [...]        remake both requirements locks (--upgrade: to the newest allowed)
    python3 dev.py WORD [...]        any other word is a word of satuatap: audit, replay, workflow, ...

Nothing outside this folder is touched. What the mall itself does belongs in routing/ and workers/.
"""

import contextlib
import hashlib
import json
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

if sys.version_info < (3, 11):
    # Here, above everything an older Python would trip over before it could say so.
    sys.exit(
        f"Satu Atap needs Python 3.11 or newer; this is {sys.version.split()[0]} ({sys.executable}). "
        "Start dev.py with a newer one, for example: python3.12 dev.py up"
    )
if os.name == "nt":
    sys.exit("Satu Atap runs on Linux and macOS; on Windows, start it inside WSL.")

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
RUN_LOCK = ROOT / "requirements.lock"
DEV_LOCK = ROOT / "requirements-dev.lock"
#: Written last: what the environment was made from. No such file, no environment.
STAMP = VENV / "satuatap.json"
#: Stands while pip writes. Found at the start, it says that the last set-up was cut short.
UNFINISHED = VENV / "satuatap.unfinished"

#: /bin/sh finds the interpreter: a "#!" line may be neither long nor hold a space, and folders do both.
ENTRY_SCRIPT = """\
#!/bin/sh
'''exec' "{python}" "$0" "$@"
' '''
import sys

from routing.cli.main import main

sys.exit(main())
"""

NO_NETWORK = (
    "NewConnectionError",
    "ConnectTimeout",
    "ProxyError",
    "SSLError",
    "ReadTimeout",
    "Read timed out",
    "Failed to establish a new connection",
    "Name or service not known",
    "name resolution",
    "Network is unreachable",
    "Connection refused",
)


class SetUpError(Exception):
    """Why the environment cannot be made, and what to do about it, in words for the person who wanted it."""


def main(words: list[str]) -> int:
    """Does what the first word says; returns the exit code unless another program takes this one's place."""
    if not words or words[0] in ("-h", "--help", "help"):
        print(__doc__, file=sys.stdout if words else sys.stderr)
        return 0 if words else 2
    word, rest = words[0], words[1:]
    if word == "lock":
        return lock(rest)
    if word in ("test", "check", "setup"):
        make_environment(DEV_LOCK)
        os.chdir(ROOT)
        if word == "test":
            run_tests(rest)
        return check(rest) if word == "check" else 0
    make_environment(RUN_LOCK)
    return become([str(VENV / "bin" / "satuatap"), *words])


# --- words --------------------------------------------------------------------------------------------------


def run_tests(arguments: list[str]) -> NoReturn:
    """Hands over to pytest, on several cores unless the arguments ask for what needs a single process."""
    single = (
        "-n",
        "--numprocesses",
        "--pdb",
        "--trace",
        "--collect-only",
        "--co",
        "--help",
        "-h",
        "--version",
    )
    alone = any(argument.startswith(single) or "no:xdist" in argument for argument in arguments)
    cores = min(os.cpu_count() or 1, 4)
    parallel = [] if alone or cores < 2 else ["-n", str(cores), "--dist", "worksteal"]
    become([str(PYTHON), "-m", "pytest", *parallel, *arguments])


def check(arguments: list[str]) -> int:
    """Runs every check even when an early one fails: who is sent back once wants the whole list."""
    workflows = sorted(str(path.relative_to(ROOT)) for path in ROOT.glob("workflows/*.yaml"))
    steps = [
        ["ruff", "check"],
        ["ruff", "format", "--check"],
        ["mypy", "--strict", "routing", "workers"],
        ["mypy", "tests", "dev.py"],
        ["lint-imports", "--no-logo"],
        ["satuatap", "workflow", "check", *workflows],
    ]
    if arguments:
        raise SetUpError("check takes no arguments; to run one tool alone, call it: .venv/bin/ruff, .venv/bin/mypy.")
    failed = []
    for step in steps:
        shown = " ".join(step)
        print("--- " + shown, flush=True)
        if subprocess.run([str(VENV / "bin" / step[0]), *step[1:]], check=False).returncode:
            failed.append(shown)
    for shown in failed:
        print("failed: " + shown)
    print(f"{len(steps) - len(failed)} of {len(steps)} checks passed")
    return 1 if failed else 0


def lock(arguments: list[str]) -> int:
    """Remakes both locks; the second is held to the versions of the first, so that tests test what runs."""
    with tempfile.TemporaryDirectory() as folder:
        uv = shutil.which("uv")
        if uv is None:
            say("Fetching uv, which resolves for every platform at once ...")
            run_pip([sys.executable, "-m", "pip"], ["install", "--target", folder, "uv>=0.9"])
            uv = str(Path(folder, "bin", "uv"))
        # --no-config: a lock must not tell which index its maker's machine is set to use.
        resolve = [uv, "pip", "compile", "--quiet", "--no-config", "--system-certs", "--universal"]
        resolve += ["--generate-hashes", "--custom-compile-command", "python3 dev.py lock", *arguments]
        groups = ["--group", "test", "--group", "check", "--constraint", RUN_LOCK.name]
        for target, extra in ((RUN_LOCK, []), (DEV_LOCK, groups)):
            command = [*resolve, *extra, "pyproject.toml", "--output-file", target.name]
            if subprocess.run(command, cwd=ROOT, check=False, stdout=subprocess.DEVNULL).returncode:
                raise SetUpError(f"The lock could not be made; {target.name} is as it was.")
            say(f"{target.name}: {len(pins(target))} packages")
    return 0


def become(command: list[str]) -> NoReturn:
    """Lets the program take this process's place, so that signals, terminal and exit code are its own."""
    sys.stdout.flush()
    sys.stderr.flush()
    os.execv(command[0], command)


# --- the environment ----------------------------------------------------------------------------------------


def make_environment(requirements: Path) -> None:
    """Brings .venv to hold at least these requirements; a reading of two small files when it does already."""
    if is_ready(requirements):
        return
    with one_at_a_time():
        if is_ready(requirements):  # Another dev.py made it while this one waited.
            return
        try:
            if UNFINISHED.exists() or read_stamp().get("foundation") != foundation():
                lay_foundation()
            install(requirements)
        except PermissionError as error:
            raise SetUpError(
                f"{error.filename} cannot be written ({error.strerror}). The environment lives in .venv, "
                "beside dev.py: give this user the folder, or copy it to one of their own."
            ) from None
        except OSError as error:
            raise SetUpError(
                f"The environment could not be written to {VENV}: {error.strerror}. "
                "Put that right and run this again; what is half-made is made anew."
            ) from None


def is_ready(requirements: Path) -> bool:
    """Whether the environment stands, on this folder and interpreter, with exactly this lock installed."""
    stamp = read_stamp()
    return (
        stamp.get("foundation") == foundation()
        and requirements.name in stamp.get("locks", {})
        and stamp["locks"][requirements.name] == digest(requirements)
        and not UNFINISHED.exists()
    )


def foundation() -> list[str]:
    """What the environment is bound to: scripts in it name the folder, and packages fit one interpreter.

    The interpreter is the environment's own, not the one running now: two Pythons on a machine would
    otherwise take turns in throwing each other's environment away.
    """
    interpreter = os.path.realpath(PYTHON) if PYTHON.exists() else ""
    return [str(ROOT), interpreter, hashlib.sha256(ENTRY_SCRIPT.encode()).hexdigest()]


def lay_foundation() -> None:
    """An empty environment with the project on its path.

    Without pip in it, because Debian's Python cannot make one with pip unless python3-venv is installed too;
    the pip beside the running Python installs into it from outside.
    """
    import venv

    say(f"Making .venv with Python {sys.version.split()[0]} ...")
    STAMP.unlink(missing_ok=True)
    venv.create(VENV, with_pip=False, clear=True, symlinks=True)
    paths = sysconfig.get_paths(scheme="venv", vars={"base": str(VENV), "platbase": str(VENV)})
    # A path file instead of an installation of the project: nothing to build, and an edit counts at once.
    Path(paths["purelib"], "satuatap.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    script = VENV / "bin" / "satuatap"
    script.write_text(ENTRY_SCRIPT.format(python=PYTHON), encoding="utf-8")
    script.chmod(0o755)
    write_stamp({})


def install(requirements: Path) -> None:
    """Installs a lock over what is there: testing after a first start fetches only what is missing."""
    pip = find_pip()
    say(f"Installing {len(pins(requirements))} packages from {requirements.name} ...")
    before = installed()
    UNFINISHED.touch()
    options = ["--require-hashes", "--only-binary=:all:", "--compile", "--no-warn-script-location"]
    try:
        run_pip(pip, ["install", *options, "-r", str(requirements)])
    except SetUpError:
        # Most failures come before pip has written anything, and then what worked before still works.
        if installed() == before:
            UNFINISHED.unlink()
        raise
    # Only these: a lock installed earlier may just have had its versions changed under it.
    locks = {requirements.name: digest(requirements)}
    if requirements == DEV_LOCK and pins(RUN_LOCK) <= pins(DEV_LOCK):
        locks[RUN_LOCK.name] = digest(RUN_LOCK)
    write_stamp(locks)
    UNFINISHED.unlink()


def find_pip() -> list[str]:
    """The pip of the running Python, told to work on .venv; or one put into .venv when there is none.

    A system Python that refuses global installs (PEP 668) does not mind: the target is an environment.
    """
    outside = [sys.executable, "-m", "pip", "--python", str(PYTHON)]
    if subprocess.run([*outside, "--version"], check=False, capture_output=True).returncode == 0:
        return outside
    inside = [str(PYTHON), "-m", "pip"]
    command = [str(PYTHON), "-m", "ensurepip", "--upgrade"]
    if subprocess.run(command, check=False, capture_output=True).returncode == 0:
        return inside
    raise SetUpError(
        f"This Python ({sys.executable}) has no pip, and cannot make one. Install it and run this again: "
        "on Debian and Ubuntu `apt install python3-pip`, on Fedora `dnf install python3-pip`."
    )


def run_pip(pip: list[str], arguments: list[str]) -> None:
    """Runs pip untouched by a person's own settings for other installs, and puts its failures into words."""
    unwanted = ("PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_USER", "PIP_REQUIRE_VIRTUALENV", "PYTHONPATH")
    environment = {name: value for name, value in os.environ.items() if name not in unwanted}
    environment.update(PIP_USER="0", PIP_DISABLE_PIP_VERSION_CHECK="1", PIP_NO_INPUT="1")
    command = [*pip, "--quiet", "--retries", "2", *arguments]
    done = subprocess.run(
        command,
        check=False,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        errors="replace",
    )
    if done.returncode == 0:
        return
    lines = [line for line in done.stdout.splitlines() if line.strip()]
    for line in lines[-12:]:
        say("  pip: " + line)
    raise SetUpError(explain(done.stdout))


def explain(output: str) -> str:
    """The likely reason for pip's failure, in one sentence with a way out."""
    if any(sign in output for sign in NO_NETWORK):
        return (
            "The packages could not be fetched: no package index can be reached from here. Check the network "
            "(behind a proxy, HTTPS_PROXY and PIP_CERT) and run this again; what worked before still works."
        )
    if "DO NOT MATCH THE HASHES" in output:
        return (
            "A package fetched is not the one that was locked: its hash differs. Nothing was installed. "
            "Do not work around it; run this again, and if it stays so, tell the project."
        )
    if "No space left" in output:
        return "The disk is full. About 400 MB are needed; make room and run this again."
    if "No matching distribution" in output or "Could not find a version" in output:
        return (
            "For this Python or machine a package is not to be had ready-made (see above). "
            "CPython 3.11 to 3.13 on 64-bit Linux or macOS is what the locks are tested with."
        )
    return "pip could not install the packages; its last words are above. Put that right and run this again."


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Lets a second dev.py wait for the first, by a lock on the folder itself: no file is left behind."""
    import fcntl

    folder = os.open(ROOT, os.O_RDONLY)
    try:
        # Some network file systems have no locks; two set-ups at once are rarer than those.
        with contextlib.suppress(OSError):
            fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


# --- small readings -----------------------------------------------------------------------------------------


def read_stamp() -> dict[str, Any]:
    """What the stamp says; nothing, when it is missing or was cut short."""
    try:
        stamp: dict[str, Any] = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return stamp


def write_stamp(locks: dict[str, str]) -> None:
    """Writes the stamp in one step: a reader finds the old one or the new one, never a half."""
    beside = STAMP.with_suffix(".new")
    beside.write_text(json.dumps({"foundation": foundation(), "locks": locks}), encoding="utf-8")
    beside.replace(STAMP)


def digest(path: Path) -> str:
    """What tells one lock from another."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def installed() -> list[str]:
    """The names in the environment's package folder: the same as before, and pip has changed nothing."""
    return sorted(path.name for path in VENV.glob("lib/python*/site-packages/*"))


def pins(path: Path) -> set[str]:
    """Every `name==version` of a lock."""
    lines = path.read_text(encoding="utf-8").splitlines()
    return {line.split()[0] for line in lines if line[:1].isalnum()}


def say(sentence: str) -> None:
    """Speaks on stderr: stdout belongs to the program that is started, which may be printing JSON."""
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except SetUpError as error:
        say(str(error))
        sys.exit(3)
    except KeyboardInterrupt:
        say("\nStopped. Run the same again to go on; what is half-made is made anew.")
        sys.exit(130)
