"""Honest files of every kind, and the files of attackers: made when a test asks, so that none lies in the tree."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Mapping

import pypdfium2
from PIL import Image

DOCUMENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
TYPES = (
    XML + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{DOCUMENT_TYPE}"/></Types>'
)
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"


def relations(*said: str) -> str:
    return (
        XML
        + '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        + "".join(f"<Relationship {one}/>" for one in said)
        + "</Relationships>"
    )


RELS = relations(f'Id="rId1" Type="{_RELATION}/officeDocument" Target="word/document.xml"')
WORDS = (
    XML + '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body><w:p><w:r>'
    "<w:t>Surat pernyataan</w:t></w:r></w:p></w:body></w:document>"
)
MINIMAL = {"[Content_Types].xml": TYPES, "_rels/.rels": RELS, "word/document.xml": WORDS}


def docx(**more: str | bytes) -> bytes:
    """A Word document; ``more`` adds or replaces parts, with / written as __."""
    return archive({**MINIMAL, **{name.replace("__", "/"): text for name, text in more.items()}})


def archive(parts: Mapping[str, str | bytes]) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return packed.getvalue()


def picture(kind: str, *, size: tuple[int, int] = (64, 48), mode: str = "RGB", **how: object) -> bytes:
    made = io.BytesIO()
    drawn = Image.effect_noise(size, 60).convert(mode)
    drawn.save(made, kind, **how)
    return made.getvalue()


def tiff(pages: int = 3, **how: object) -> bytes:
    made = io.BytesIO()
    drawn = [Image.effect_noise((60, 80), 60).convert("1") for _ in range(pages)]
    drawn[0].save(made, "TIFF", save_all=True, append_images=drawn[1:], compression="group4", **how)
    return made.getvalue()


def pdf(*objects: bytes, pages: int = 1, catalogue: bytes = b"", trailer: bytes = b"") -> bytes:
    """A PDF written by hand; ``objects`` are numbered from 100 on."""
    kids = b" ".join(b"%d 0 R" % (10 + page) for page in range(pages))
    said = {1: b"<< /Type /Catalog /Pages 2 0 R %s >>" % catalogue}
    said[2] = b"<< /Type /Pages /Count %d /Kids [%s] >>" % (pages, kids)
    said |= {10 + page: b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] >>" for page in range(pages)}
    said |= {100 + index: text for index, text in enumerate(objects)}
    file, places = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", {}
    for no, text in said.items():
        places[no] = len(file)
        file += b"%d 0 obj\n%s\nendobj\n" % (no, text)
    table = len(file)
    file += b"xref\n0 1\n0000000000 65535 f \n"
    for no, place in places.items():
        file += b"%d 1\n%010d 00000 n \n" % (no, place)
    return file + b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n%%%%EOF\n" % (max(said) + 1, trailer, table)


def pdf_of_a_library() -> bytes:
    made = io.BytesIO()
    document = pypdfium2.PdfDocument.new()
    document.new_page(595, 842)
    document.save(made)
    document.close()
    return made.getvalue()


def object_stream(text: bytes, how: bytes = b"/FlateDecode", packed: bytes | None = None) -> bytes:
    """Objects packed into a stream, as PDF writers do since version 1.5."""
    inside = b"200 0 " + text
    data = zlib.compress(inside) if packed is None else packed
    return b"<< /Type /ObjStm /N 1 /First 6 /Filter %s /Length %d >>\nstream\n%s\nendstream" % (how, len(data), data)


def png(*chunks: tuple[bytes, bytes]) -> bytes:
    written = b"\x89PNG\r\n\x1a\n"
    for name, content in chunks:
        checksum = struct.pack(">I", zlib.crc32(name + content))
        written += struct.pack(">I", len(content)) + name + content + checksum
    return written


def png_of(width: int, height: int) -> bytes:
    """A picture that says it is so large; its dots are missing, but who looks at them first has lost already."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return png((b"IHDR", header), (b"IDAT", zlib.compress(bytes(100_000))), (b"IEND", b""))


def jpeg_saying(name: int, content: bytes) -> bytes:
    """A JPEG with one more segment."""
    honest = picture("JPEG")
    return honest[:2] + bytes((0xFF, name)) + struct.pack(">H", len(content) + 2) + content + honest[2:]


def jpeg_of(width: int, height: int) -> bytes:
    honest = picture("JPEG", size=(8, 8))
    at = honest.index(b"\xff\xc0") + 5
    return honest[:at] + struct.pack(">HH", height, width) + honest[at + 4 :]


def bomb(gigabytes: int, layers: Iterable[str] = ("word/media/image1.png",)) -> bytes:
    """A Word document with a part that unpacks to so much: deflate packs zeros to a thousandth."""
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    # A full flush begins anew: what stands for 16 MiB of zeros can be written again and again.
    block = packing.compress(bytes(16 * 1024 * 1024)) + packing.flush(zlib.Z_FULL_FLUSH)
    packed = block * (gigabytes * 64) + packing.flush()
    return _spliced(dict.fromkeys(layers, (packed, gigabytes * 1024**3, 0)))


def _spliced(ready: dict[str, tuple[bytes, int, int]]) -> bytes:
    """The minimal document and, beside it, parts that are packed already."""
    file, directory = b"", b""
    parts = {name: _packed(text.encode()) for name, text in MINIMAL.items()} | ready
    for name, (packed, size, checksum) in parts.items():
        said = struct.pack("<5H3I2H", 20, 0, 8, 0, 0, checksum, len(packed), size & 0xFFFFFFFF, len(name), 0)
        directory += b"PK\x01\x02" + struct.pack("<H", 20) + said + struct.pack("<3H2I", 0, 0, 0, 0, len(file))
        directory += name.encode()
        file += b"PK\x03\x04" + said + name.encode() + packed
    end = struct.pack("<4s4H2IH", b"PK\x05\x06", 0, 0, len(parts), len(parts), len(directory), len(file), 0)
    return file + directory + end


def _packed(text: bytes) -> tuple[bytes, int, int]:
    packing = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return packing.compress(text) + packing.flush(), len(text), zlib.crc32(text)


def overlapping() -> bytes:
    """Two entries of the directory for one and the same content: what a small file can be made to unpack to."""
    file = bytearray(docx(word__a=b"x" * 100_000))
    at = file.rindex(b"PK\x01\x02")
    entry = bytes(file[at : file.rindex(b"PK\x05\x06")])
    twin = entry.replace(b"word/a", b"word/b")
    end = bytearray(file[file.rindex(b"PK\x05\x06") :])
    count, size = struct.unpack_from("<HI", end, 10)
    struct.pack_into("<HHI", end, 8, count + 1, count + 1, size + len(twin))
    return bytes(file[: at + len(entry)]) + twin + bytes(end)


def locked_archive() -> bytes:
    file = bytearray(docx())
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        file[file.index(signature) + offset] |= 1
    return bytes(file)


def many_parts(count: int) -> bytes:
    return archive(MINIMAL | {f"word/{number}": b"" for number in range(count)})


def going_in_circles() -> bytes:
    """The first page says that the next one is the first."""
    honest = bytearray(tiff(1))
    (at,) = struct.unpack_from("<I", honest, 4)
    (count,) = struct.unpack_from("<H", honest, at)
    struct.pack_into("<I", honest, at + 2 + 12 * count, at)
    return bytes(honest)


def lying_of_sizes() -> bytes:
    honest = bytearray(docx())
    struct.pack_into("<I", honest, honest.index(b"PK\x01\x02") + 24, 7)
    return bytes(honest)


def endless_lists() -> bytes:
    """Pages that share one list of strips, each of which would be looked at for each page."""
    pages, strips, file = 20, 50_000, b"II*\0" + struct.pack("<I", 8)
    size = 2 + 12 * 4 + 4
    lists = 8 + pages * size
    for page in range(1, pages + 1):
        fields = [(256, 4, 1, 8), (257, 4, 1, 8), (273, 4, strips, lists), (279, 4, strips, lists)]
        file += struct.pack("<H", 4) + b"".join(struct.pack("<HHII", *field) for field in fields)
        file += struct.pack("<I", 8 + page * size if page < pages else 0)
    return file + bytes(4 * strips)


def nested_pages() -> bytes:
    """A page within a page within a page, deeper than a program can follow by calling itself."""
    depth, size = 5_000, 2 + 12 * 5 + 4
    file = b"II*\0" + struct.pack("<I", 8)
    for level in range(1, depth + 1):
        below = 8 + level * size if level < depth else 8
        fields = [(256, 4, 1, 8), (257, 4, 1, 8), (273, 4, 1, 8), (279, 4, 1, 8), (330, 4, 1, below)]
        file += struct.pack("<H", 5) + b"".join(struct.pack("<HHII", *field) for field in fields) + bytes(4)
    return file
