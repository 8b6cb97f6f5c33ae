"""docs/integrity-signals.md holds the definitions; python3 -m tests.house.test_signal_document writes its table."""

import re
from pathlib import Path

from routing.domain.integrity_signals import Thresholds
from routing.domain.signal_definitions import DEFINITIONS
from routing.settings import PREFIX, Settings

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = ROOT / "docs" / "integrity-signals.md"
_TABLE = re.compile(r"^\| code \|.*?(?=\n\n)", re.DOTALL | re.MULTILINE)


def table() -> str:
    lines = [
        "| code | name | raised when | formula | limits | rests on |",
        "|---|---|---|---|---|---|",
    ]
    for one in DEFINITIONS.values():
        limits = ", ".join(
            f"`{_setting(name)}` = {value:g}" for name, value in one.threshold_values(Thresholds()).items()
        )
        names, meaning = f"{one.name.id} / {one.name.en}", f"{one.meaning.id} / {one.meaning.en}"
        lines.append(f"| `{one.signal}` | {names} | {meaning} | {one.formula} | {limits or '-'} | {one.source.en} |")
    return "\n".join(lines)


def _setting(threshold: str) -> str:
    return f"{PREFIX}SIGNAL_{threshold.upper()}"


def test_the_document_defines_each_signal_as_the_code_does() -> None:
    (found,) = _TABLE.findall(DOCUMENT.read_text(encoding="utf-8"))
    assert found == table(), "python3 -m tests.house.test_signal_document brings it up to date"


def test_each_limit_is_a_setting_with_the_same_default() -> None:
    for name in Thresholds.__dataclass_fields__:
        assert Settings.model_fields[f"signal_{name}"].default == getattr(Thresholds(), name), name


def test_the_readme_leads_to_it() -> None:
    assert "docs/integrity-signals.md" in (ROOT / "README.md").read_text(encoding="utf-8")


if __name__ == "__main__":
    told = DOCUMENT.read_text(encoding="utf-8")
    DOCUMENT.write_text(_TABLE.sub(lambda _: table(), told), encoding="utf-8")
