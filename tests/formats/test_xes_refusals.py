"""A broken or hostile log is refused with file, line, what is wrong and the way out."""

from __future__ import annotations

import gzip
import io
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from routing.domain.errors import BrokenLog, UnreadableFile
from routing.formats.xes_reader import read_xes

EVENT = (
    '<event><string key="concept:name" value="Sign"/>'
    '<date key="time:timestamp" value="2026-01-05T08:00:00Z"/></event>\n'
)
GOOD = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<log>\n'
    + "".join(f'<trace>\n<string key="concept:name" value="{n}"/>\n{EVENT}</trace>\n' for n in range(500))
    + "</log>\n"
).encode()
LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE log [
 <!ENTITY a "haha">%s
]>
<log><string key="concept:name" value="&n9;"/></log>
""" % b"".join(b'\n <!ENTITY n%d "%s">' % (n, (b"&n%d;" % (n - 1) if n else b"&a;") * 10) for n in range(10))


def refusal(data: bytes | str, **limits: int) -> BrokenLog:
    with pytest.raises(BrokenLog) as refused:
        read_xes(io.BytesIO(data.encode() if isinstance(data, str) else data), file="office.xes", **limits)
    assert str(refused.value).startswith("office.xes, line ")
    assert str(refused.value).endswith(".")
    assert refused.value.code == "broken_log"
    return refused.value


def case(inside: str) -> str:
    return f"<log>\n<trace>\n{inside}\n</trace>\n</log>"


@pytest.mark.parametrize(
    ("data", "line", "problem"),
    [
        pytest.param(b"", 1, "no XML in this file", id="empty"),
        pytest.param(b"\n\n  \n", 4, "no XML in this file", id="blank"),
        pytest.param("tanggal;berkas;meja\n2026;1;loket\n", 1, "not well-formed XML", id="CSV"),
        pytest.param("<log><trace></log>", 1, "mismatched tag", id="tags cross"),
        pytest.param("<log>\n<trace a='1' a='2'/></log>", 2, "duplicate attribute", id="attribute twice"),
        pytest.param("<log/>\n<log/>", 2, "not well-formed XML", id="two logs"),
        pytest.param(b'<log>\n<string key="a" value="\xff\xfe"/></log>', 2, "invalid token", id="bad bytes"),
        pytest.param(b"<log>\n\x00</log>", 2, "not well-formed XML", id="NUL"),
        pytest.param('<log><string key="a" value="&unknown;"/></log>', 1, "undefined entity", id="entity"),
        pytest.param("<html><body/></html>", 1, "outermost element is <html>", id="HTML"),
        pytest.param('<?xml version="1.0"?>\n<pnml/>', 2, "outermost element is <pnml>", id="a Petri net"),
        pytest.param("<?xml version='1.0' encoding='klingon'?><log/>", 1, "encoding cannot be read", id="Klingon"),
        pytest.param("<?xml version='1.0' encoding='big5'?><log/>", 1, "encoding cannot be read", id="Big5"),
        pytest.param("<?xml version='1.0' encoding='UTF-16'?><log/>", 1, "not well-formed XML", id="not UTF-16"),
        pytest.param(b"PK\x03\x04rest of a zip", 1, "ZIP archive", id="ZIP"),
        pytest.param(gzip.compress(b"not XML"), 1, "not well-formed XML", id="gzip of no XML"),
        pytest.param(b"\x1f\x8bnot gzip at all", 1, "packed file is damaged", id="not gzip"),
        pytest.param("<!DOCTYPE log SYSTEM 'http://192.0.2.1/xes.dtd'><log/>", 1, "document type", id="DTD"),
        pytest.param("<!DOCTYPE log [<!ENTITY a SYSTEM 'a.txt'>]><log/>", 1, "document type", id="XXE"),
        pytest.param(LAUGHS, 2, "document type", id="billion laughs"),
        pytest.param("<log>\n" + "<a>" * 100_000, 2, "nested more than 64 deep", id="nesting"),
        pytest.param(
            case("<event>\n<date key='time:timestamp' value='2026-01-05'/></event>"),
            3,
            "has no concept:name",
            id="no activity",
        ),
        pytest.param(
            case("\n<event><string key='concept:name' value='Sign'/></event>"),
            4,
            'event "Sign" has no time:timestamp',
            id="no time",
        ),
        pytest.param(
            case(EVENT.replace("2026-01-05T08:00:00Z", "05/01/2026")), 3, '"05/01/2026"', id="time unreadable"
        ),
        pytest.param(
            case(EVENT.replace("2026-01-05T08:00:00Z", "0001-01-01T00:00:00+07:00")),
            3,
            "no point in time",
            id="year 0",
        ),
        pytest.param(case(EVENT.replace("Sign", "S" * 301)), 3, "301 characters", id="endless name"),
        pytest.param(case(f"<string key='concept:name' value='{'9' * 301}'/>"), 2, "301 characters", id="case name"),
    ],
)
def test_a_broken_file_is_refused_at_its_line(data, line, problem):
    refused = refusal(data)
    assert refused.facts["line"] == line
    assert problem in str(refused)


def test_a_file_cut_in_half_names_the_line_reached_and_the_case():
    half = GOOD[: len(GOOD) // 2]
    refused = refusal(half)

    assert refused.facts["line"] == half.count(b"\n") + 1
    assert "the file ends" in str(refused)
    assert "Fetch the file again" in str(refused)


@settings(deadline=None)
@given(at=st.integers(0, len(GOOD) - 9))
def test_a_file_cut_off_anywhere_is_refused(at):
    refusal(GOOD[:at])


@settings(deadline=None)
@given(at=st.integers(2, len(gzip.compress(GOOD)) - 1))
def test_a_packed_file_cut_off_anywhere_is_refused(at):
    refusal(gzip.compress(GOOD)[:at])


def test_a_truncated_gzip_tells_how_far_it_came():
    packed = gzip.compress(GOOD, compresslevel=0)
    refused = refusal(packed[: len(packed) // 2])

    assert "ends too early" in str(refused)
    assert refused.facts["line"] == pytest.approx(GOOD.count(b"\n") / 2, abs=20)


def test_a_packed_file_with_a_wrong_checksum_is_refused():
    packed = bytearray(gzip.compress(GOOD))
    packed[-8] ^= 1
    assert "CRC" in str(refusal(bytes(packed)))


@settings(deadline=None)
@given(st.binary(max_size=300))
def test_whatever_the_bytes_are_they_are_refused_and_nothing_breaks(junk):
    refusal(junk)


@settings(deadline=None)
@given(at=st.integers(0, 600), junk=st.binary(min_size=1, max_size=8))
def test_a_damaged_file_is_read_or_refused_and_nothing_breaks(at, junk):
    try:
        read_xes(io.BytesIO(GOOD[:at] + junk + GOOD[at + len(junk) :]))
    except BrokenLog as refused:
        assert refused.facts["line"]  # noqa: PT017 - either outcome is right, a third is not


def test_two_cases_of_one_name_are_refused_naming_both_lines():
    twice = '<trace>\n<string key="concept:name" value="SIP-1"/>\n</trace>\n'
    refused = refusal(f"<log>\n{twice}{twice}</log>")

    assert refused.facts["line"] == 5
    assert 'the case "SIP-1" is here a second time; the first stands at line 2' in str(refused)
    assert "second time" in str(refusal("<log>" + twice.replace("\n", "") * 2 + "</log>"))


def test_braces_in_a_name_are_only_braces():
    twice = '<trace><string key="concept:name" value="{line!r} {nobody}"/></trace>'
    assert "{line!r} {nobody}" in str(refusal(f"<log>{twice}{twice}</log>"))


def test_a_gzip_bomb_is_refused_before_it_is_unpacked():
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(b"<log>") + b"".join(packer.compress(b" " * 2**20) for _ in range(100)) + packer.flush()
    assert len(bomb) < 200_000
    assert "more than 10,000,000 bytes" in str(refusal(bomb, most_bytes=10_000_000))


@pytest.mark.parametrize("start", [b"<log><string key='a' value='", b"<log><!--", b"<log><"])
def test_one_endless_value_is_refused_before_it_fills_the_memory(start):
    packer = zlib.compressobj(9, wbits=31)
    bomb = packer.compress(start) + b"".join(packer.compress(b"a" * 2**20) for _ in range(50)) + packer.flush()
    assert "single value or comment" in str(refusal(bomb))


def test_refusing_hostile_files_takes_no_time():
    started = time.perf_counter()
    refusal(LAUGHS)
    refusal(b"<log>" + b"<a>" * 1_000_000)
    assert time.perf_counter() - started < 5


def test_a_file_that_is_not_there_or_no_file_is_unreadable(tmp_path):
    with pytest.raises(UnreadableFile, match=r"nowhere\.xes cannot be read: No such file"):
        read_xes(tmp_path / "nowhere.xes")
    with pytest.raises(UnreadableFile, match="directory"):
        read_xes(tmp_path)


def test_a_refusal_calls_a_file_by_the_name_it_was_given(tmp_path):
    path = tmp_path / "receipt.xes"
    path.write_text("<html/>")

    with pytest.raises(BrokenLog, match=r"receipt\.xes, line 1: .*<html>.* Give an XES event log\."):
        read_xes(str(path))
    with path.open("rb") as stream, pytest.raises(BrokenLog, match=r"receipt\.xes, line 1"):
        read_xes(stream)
