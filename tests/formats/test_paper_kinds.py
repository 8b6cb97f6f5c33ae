"""What may be attached is decided from the bytes; every trick is refused with its sentence."""

import json
import struct
import subprocess
import sys
import textwrap
import zlib
from pathlib import Path

import pytest

from routing.domain.attachment import PaperKind
from routing.domain.errors import Refusal
from routing.formats import paper_opening
from routing.formats.paper_kinds import PaperInspection, shown_name
from tests.formats.paper_attacks import ATTACKS
from tests.formats.papers import docx, object_stream, pdf, pdf_of_a_library, picture, relations, tiff

ROOT = Path(__file__).resolve().parents[2]
LINK = 'Id="rId9" Type="http://x/hyperlink" Target="https://dinkes.example" TargetMode="External"'
PREVIEW = picture("JPEG", size=(16, 16))

HONEST = {
    "a scanned PDF": ("surat.pdf", pdf_of_a_library, PaperKind.PDF),
    "a PDF with a signature's blank line": ("Surat.PDF", lambda: pdf(pages=3) + b"\r\n\0\0", PaperKind.PDF),
    "a PDF of this century": ("surat.pdf", lambda: pdf(object_stream(b"<< /A 1 >>")), PaperKind.PDF),
    "a PDF that shows a page first": ("s.pdf", lambda: pdf(catalogue=b"/OpenAction [10 0 R /Fit]"), PaperKind.PDF),
    "a photograph": ("foto.jpeg", lambda: picture("JPEG", size=(640, 480)), PaperKind.JPEG),
    "a photograph drawn in passes": ("foto.jpg", lambda: picture("JPEG", progressive=True), PaperKind.JPEG),
    "a telephone's photograph": ("foto.jpg", lambda: picture("JPEG") + bytes(40) + PREVIEW, PaperKind.JPEG),
    "a grey photograph": ("foto.jpg", lambda: picture("JPEG", mode="L"), PaperKind.JPEG),
    "a PNG": ("foto.png", lambda: picture("PNG"), PaperKind.PNG),
    "a PNG with a palette": ("foto.png", lambda: picture("PNG", mode="P"), PaperKind.PNG),
    "a TIFF": ("pindai.tif", lambda: picture("TIFF"), PaperKind.TIFF),
    "a packed TIFF": ("pindai.tiff", lambda: picture("TIFF", compression="tiff_lzw"), PaperKind.TIFF),
    "a fax of many pages": ("pindai.tif", lambda: tiff(5), PaperKind.TIFF),
    "a Word document": ("surat.docx", docx, PaperKind.DOCX),
    "a Word document with a link": (
        "surat.docx",
        lambda: docx(**{"word___rels__document.xml.rels": relations(LINK)}),
        PaperKind.DOCX,
    ),
    "a file without an ending": ("surat", pdf, PaperKind.PDF),
    "a file without a name": ("", pdf, PaperKind.PDF),
}  # fmt: skip


@pytest.fixture(scope="module")
def inspection() -> PaperInspection:
    return PaperInspection()


def refused(inspection: PaperInspection, path: Path, name: str, media_type: str = "") -> Refusal:
    with pytest.raises(Refusal) as refusal:
        inspection.kind_of(path, name=name, media_type=media_type)
    return refusal.value


@pytest.mark.parametrize("what", HONEST)
def test_an_honest_file_is_known_by_its_bytes(inspection: PaperInspection, tmp_path: Path, what: str) -> None:
    name, make, kind = HONEST[what]
    path = tmp_path / "file"
    path.write_bytes(make())
    assert inspection.kind_of(path, name=name, media_type=kind.media_type if "PDF" in what else "") is kind


@pytest.mark.parametrize("what", ATTACKS)
def test_an_attack_is_refused_with_a_sentence(inspection: PaperInspection, tmp_path: Path, what: str) -> None:
    name, make, code = ATTACKS[what]
    path = tmp_path / "file"
    hostile = make()
    path.write_bytes(hostile)
    refusal = refused(inspection, path, name)
    assert refusal.code == code, str(refusal)
    assert name in str(refusal)
    assert "{" not in str(refusal)
    assert path.read_bytes() == hostile


def test_every_refusal_of_a_file_has_an_attack() -> None:
    known = {code for _, _, code in ATTACKS.values()} | {"paper_media_type_differs"}
    waiting, codes = [Refusal], set()
    while waiting:
        for one in waiting.pop().__subclasses__():
            waiting.append(one)
            if one.__module__.startswith("routing.formats.paper_"):
                codes.add(one.code)
    assert codes == known


@pytest.mark.parametrize("said", ["image/png", "text/html", "application/zip", "image/svg+xml"])
def test_a_file_sent_as_something_else_is_refused(inspection: PaperInspection, tmp_path: Path, said: str) -> None:
    path = tmp_path / "file"
    path.write_bytes(pdf())
    assert refused(inspection, path, "surat.pdf", said).code == "paper_media_type_differs"


@pytest.mark.parametrize(
    "said", ["", "application/octet-stream", "application/x-pdf", "Application/PDF; charset=binary"]
)
def test_a_browser_that_does_not_know_better_is_believed_the_bytes(
    inspection: PaperInspection, tmp_path: Path, said: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(pdf())
    assert inspection.kind_of(path, name="surat.pdf", media_type=said) is PaperKind.PDF


def test_a_name_is_said_back_without_its_folders_and_signs() -> None:
    assert shown_name("C:\\Users\\Siti\\KTP.pdf") == "KTP.pdf"
    assert shown_name("../../etc/passwd") == "passwd"
    assert shown_name("a\r\nb\0\u202egnp.pdf") == "abgnp.pdf"
    assert shown_name(" ") == "The file"
    assert len(shown_name("x" * 5_000)) == 100


#: The greatest memory a process had, before and after it looked at a hostile file.
_WATCH = """
import resource, sys
from pathlib import Path
from routing.domain.errors import Refusal
from routing.formats.paper_kinds import PaperInspection
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    PaperInspection().kind_of(Path(sys.argv[1]), name=sys.argv[2])
except Refusal as refusal:
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(refusal.code, grown, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize(
    "what", ["a DOCX of ten gigabytes", "a PNG of billions of dots", "a PDF that explodes", "a PNG that lacks its dots"]
)
def test_a_bomb_is_refused_in_little_memory(tmp_path: Path, what: str) -> None:
    name, make, code = ATTACKS[what]
    path = tmp_path / "file"
    path.write_bytes(make())
    done = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(_WATCH), str(path), name],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    found, grown, apart = done.stdout.split()
    assert found == code
    # KiB: the pages of the mapped file count, too.
    assert int(grown) < path.stat().st_size // 1024 + 8 * 1024
    assert int(apart) < 256 * 1024


@pytest.mark.parametrize(
    ("ends", "code"),
    [
        ("os.kill(os.getpid(), signal.SIGSEGV)", "paper_damaged"),
        ("os.kill(os.getpid(), signal.SIGXCPU)", "paper_too_hard_to_open"),
        ("print('half of a wo')", "paper_damaged"),
        ("print(json.dumps({'problem': 'memory'}))", "paper_too_hard_to_open"),
    ],
)
def test_a_file_that_breaks_its_reader_is_a_refusal(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ends: str, code: str
) -> None:
    """Nobody has such a file for the readers of today; the day somebody does, this is what happens."""
    reader = tmp_path / "reader.py"
    reader.write_text(f"import json, os, signal\n{ends}\n")
    monkeypatch.setattr(paper_opening, "_PROGRAM", reader)
    path = tmp_path / "file"
    path.write_bytes(pdf())
    assert refused(PaperInspection(), path, "surat.pdf").code == code


def test_a_reader_has_no_more_memory_than_it_is_given(tmp_path: Path) -> None:
    program = Path(paper_opening.__file__).with_name("paper_opener.py")
    greedy = tmp_path / "greedy.py"
    greedy.write_text(program.read_text().replace("return _open_picture(", "return bytes(2 * 1024**3) and ("))
    done = subprocess.run([sys.executable, "-I", greedy, "PNG", greedy], check=True, capture_output=True, text=True)
    assert json.loads(done.stdout) == {"problem": "memory"}


def test_the_largest_page_that_is_taken_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "file"
    packed = zlib.compress(bytes(7_990 * 7_990), 1)
    path.write_bytes(_tiff_of(7_990, 7_990, packed))
    assert PaperInspection().kind_of(path, name="besar.tif") is PaperKind.TIFF


def _tiff_of(width: int, height: int, packed: bytes) -> bytes:
    fields = [(256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (259, 3, 1, 8), (262, 3, 1, 1),
              (273, 4, 1, 8), (277, 3, 1, 1), (278, 4, 1, height), (279, 4, 1, len(packed))]  # fmt: skip
    directory = struct.pack("<H", len(fields)) + b"".join(struct.pack("<HHII", *field) for field in fields) + bytes(4)
    return b"II*\0" + struct.pack("<I", 8 + len(packed)) + packed + directory
