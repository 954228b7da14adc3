"""Documents as tests need them: DOCX with raw parts, PDF with a text layer, and files that are neither."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Sequence
from typing import Any

import docx
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

from tongxin.documents.refusals import DocumentRefused
from tongxin.documents.sources import read_source

DOCUMENT = "word/document.xml"


def refusal_of(content: bytes) -> DocumentRefused:
    """Return why a file is refused; a file that is read makes the test fail."""
    try:
        found = read_source(content)
    except DocumentRefused as refused:
        return refused
    raise AssertionError(f"read as {found.kind}: {found.text[:80]!r}")


def docx_of(*paragraphs: str, change: Callable[[Any], object] | None = None) -> bytes:
    """Return a DOCX of paragraphs; `change` gets the document before it is saved."""
    document = docx.Document()
    for text in paragraphs:
        document.add_paragraph(text)
    if change is not None:
        change(document)
    stream = io.BytesIO()
    document.save(stream)
    return stream.getvalue()


def docx_of_xml(*elements: str) -> bytes:
    """Return a DOCX whose body holds elements written by hand."""

    def add(document: Any) -> None:
        for element in elements:
            document.element.body.insert_element_before(element_of(element), "w:sectPr")

    return docx_of(change=add)


def element_of(xml: str) -> Any:
    """Return an element written with the prefix `w`, as python-docx holds it."""
    return parse_xml(re.sub(r"^<([\w:]+)", rf"<\1 {nsdecls('w')}", xml))


def run(text: str) -> str:
    return f'<w:r><w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(*content: str) -> str:
    return f"<w:p>{''.join(content)}</w:p>"


def numbered(text: str, *, level: int = 0, number: int = 1) -> str:
    """Return a paragraph that Word shows with the next number of a list."""
    return (
        f'<w:p><w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="{number}"/></w:numPr></w:pPr>'
        f"{run(text)}</w:p>"
    )


def docx_of_lists(
    levels: Sequence[tuple[str, str]], *elements: str, lists: str = "", start: int = 1
) -> bytes:
    """Return a DOCX whose list 1 has levels (form, text); `lists` is further XML of the part of numbers."""
    described = "".join(
        f'<w:lvl w:ilvl="{depth}"><w:start w:val="{start}"/><w:numFmt w:val="{form}"/>'
        f'<w:lvlText w:val="{text}"/></w:lvl>'
        for depth, (form, text) in enumerate(levels)
    )

    def add(document: Any) -> None:
        root = document.part.numbering_part.element
        for each in list(root):
            root.remove(each)
        root.append(element_of(f'<w:abstractNum w:abstractNumId="7">{described}</w:abstractNum>'))
        root.append(element_of('<w:num w:numId="1"><w:abstractNumId w:val="7"/></w:num>'))
        if lists:
            root.append(element_of(lists))
        for element in elements:
            document.element.body.insert_element_before(element_of(element), "w:sectPr")

    return docx_of(change=add)


def rewrite(content: bytes, name: str, change: Callable[[bytes], bytes]) -> bytes:
    """Return a zip archive with one part changed."""
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.namelist():
            part = old.read(each)
            new.writestr(each, change(part) if each == name else part)
    return stream.getvalue()


def zip_of(parts: Sequence[tuple[str, bytes]]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts:
            archive.writestr(name, part)
    return stream.getvalue()


def pdf_of(*pages: Sequence[str], trailer: bytes = b"") -> bytes:
    """Return a PDF whose pages hold lines of text, one below the other.

    Codes of the font are UTF-16 units, and its map to Unicode says that they mean themselves.
    """
    kids = b" ".join(b"%d 0 R" % (6 + 2 * place) for place in range(len(pages)))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (len(pages), kids),
        b"<</Type/Font/Subtype/Type0/BaseFont/Song/Encoding/Identity-H/DescendantFonts[4 0 R]"
        b"/ToUnicode 5 0 R>>",
        b"<</Type/Font/Subtype/CIDFontType2/BaseFont/Song/DW 1000"
        b"/CIDSystemInfo<</Registry(Adobe)/Ordering(Identity)/Supplement 0>>"
        b"/FontDescriptor<</Type/FontDescriptor/FontName/Song/Flags 4/FontBBox[0 -200 1000 900]"
        b"/ItalicAngle 0/Ascent 900/Descent -200/CapHeight 700/StemV 80>>>>",
        _stream(_MAP),
    ]
    for place, lines in enumerate(pages):
        objects += [
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Resources<</Font<</F 3 0 R>>>>"
            b"/Contents %d 0 R>>" % (7 + 2 * place),
            _stream(_drawn(lines)),
        ]
    return _pdf_file(objects, trailer)


def scan_of(n_pages: int) -> bytes:
    """Return a PDF whose pages are pictures and nothing else."""
    picture = b"q 595 0 0 842 0 0 cm BI /W 2 /H 2 /CS /G /BPC 8 ID \x00\xff\xff\x00 EI Q"
    kids = b" ".join(b"%d 0 R" % (3 + 2 * place) for place in range(n_pages))
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (n_pages, kids),
    ]
    for place in range(n_pages):
        page = b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents %d 0 R>>" % (4 + 2 * place)
        objects += [page, _stream(picture)]
    return _pdf_file(objects, b"")


_MAP = (
    b"/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /U def /CMapType 2 def\n"
    b"1 begincodespacerange <0000> <FFFF> endcodespacerange\n"
    b"256 beginbfrange\n"
    + b"".join(b"<%02X00> <%02XFF> <%02X00>\n" % (high, high, high) for high in range(256))
    + b"endbfrange endcmap end end"
)


def _drawn(lines: Sequence[str]) -> bytes:
    shown = [b"BT /F 12 Tf 16 TL 60 780 Td"]
    shown += [b"<%s> Tj T*" % line.encode("utf-16-be").hex().encode() for line in lines]
    return b"\n".join([*shown, b"ET"])


def _stream(content: bytes) -> bytes:
    return b"<</Length %d>>stream\n%s\nendstream" % (len(content), content)


def _pdf_file(objects: Sequence[bytes], trailer: bytes) -> bytes:
    file, places = b"%PDF-1.4\n", []
    for number, each in enumerate(objects, start=1):
        places.append(len(file))
        file += b"%d 0 obj\n%s\nendobj\n" % (number, each)
    entries = b"".join(b"%010d 00000 n \n" % place for place in places)
    return (
        file
        + b"xref\n0 %d\n0000000000 65535 f \n%s" % (len(objects) + 1, entries)
        + b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n"
        % (len(objects) + 1, trailer, len(file))
    )
