"""What is kept as a proof is known by its content; each refusal says what was found and what to do."""

from __future__ import annotations

import io
import zipfile

import pytest

from tongxin.containers.attachments import (
    JPEG,
    PACKED,
    PDF_KIND,
    PNG,
    TEXT,
    AttachmentKind,
    AttachmentRefused,
    kind_of_attachment,
)
from tongxin.containers.packed import MEGABYTE

PDF = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG_HEAD = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
JPEG_HEAD = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600
TYPES = ("[Content_Types].xml", b"<Types/>")
DOCX, XLSX, PPTX = (PACKED[main] for main in ("word/document.xml", "xl/workbook.xml", "ppt/presentation.xml"))
WORDS = "走访企业100家，解决问题36个。".encode()


def packed(*parts: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def docx(*more: tuple[str, bytes]) -> bytes:
    return packed(TYPES, ("word/document.xml", b"<document/>"), *more)


def xlsx(*more: tuple[str, bytes]) -> bytes:
    return packed(TYPES, ("xl/workbook.xml", b"<workbook/>"), *more)


def pptx() -> bytes:
    return packed(TYPES, ("ppt/presentation.xml", b"<presentation/>"))


def locked(content: bytes) -> bytes:
    """Return an archive that says of a part that it is encrypted."""
    said = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01", 1)
    assert said != content
    return said


def kind(name: str, content: bytes, most: int = 20) -> AttachmentKind:
    return kind_of_attachment(name, content, most_megabytes=most)


def refused(name: str, content: bytes, most: int = 20) -> AttachmentRefused:
    with pytest.raises(AttachmentRefused) as caught:
        kind(name, content, most)
    assert caught.value.message
    assert caught.value.remedy, "each refusal says what to do"
    assert "%(" not in str(caught.value)
    return caught.value


@pytest.mark.parametrize(
    ("name", "content", "expected"),
    [
        ("通知.pdf", PDF, PDF_KIND),
        ("通知.PDF", PDF, PDF_KIND),
        ("总结.docx", docx(), DOCX),
        ("台账.xlsx", xlsx(), XLSX),
        ("汇报.pptx", pptx(), PPTX),
        ("照片.png", PNG_HEAD, PNG),
        ("照片.jpg", JPEG_HEAD, JPEG),
        ("照片.JPEG", JPEG_HEAD, JPEG),
        ("记录.txt", WORDS, TEXT),
        ("记录.txt", b"\xef\xbb\xbf" + WORDS, TEXT),
        ("记录.txt", "走访企业100家".encode("gb18030"), TEXT),
        ("表.csv", "单位,人数\n城厢街道,12\n".encode("gb18030"), TEXT),
        ("记录.md", "# 走访\n".encode(), TEXT),
        ("header.txt", b"BMI of workers\n", TEXT),
        ("C:\\反馈\\记录.txt", WORDS, TEXT),
    ],
)
def test_a_file_is_known_by_its_content(name: str, content: bytes, expected: AttachmentKind) -> None:
    assert kind(name, content) == expected


def test_nothing_is_no_file() -> None:
    assert refused("空.pdf", b"").code == "file_empty"


def test_a_file_may_be_as_large_as_the_limit_and_not_larger() -> None:
    just = PDF + b"x" * (MEGABYTE - len(PDF))

    assert kind("a.pdf", just, most=1) == PDF_KIND
    refusal = refused("a.pdf", just + b"x", most=1)

    assert refusal.code == "file_too_large"
    assert "1 MB" in refusal.message


def test_how_large_a_refused_file_is_is_never_said_to_be_within_the_limit() -> None:
    # One byte over 1 MB is written with one decimal as 1.0 MB, which is "at most 1 MB".
    refusal = refused("a.pdf", PDF + b"x" * MEGABYTE, most=1)

    assert "has 1.0 MB" not in refusal.message


@pytest.mark.parametrize(
    ("name", "content", "ending", "right"),
    [
        ("总结.pdf", docx(), ".pdf", ".docx"),
        ("总结.docx", PDF, ".docx", ".pdf"),
        ("台账.docx", xlsx(), ".docx", ".xlsx"),
        ("照片.png", JPEG_HEAD, ".png", ".jpg"),
        ("照片.exe", PNG_HEAD, ".exe", ".png"),
        ("run.sh", b"#!/bin/sh\necho 1\n", ".sh", ".txt"),
        ("记录.doc", WORDS, ".doc", ".txt"),
        ("总结.docm", docx(), ".docm", ".docx"),
    ],
)
def test_a_name_must_not_contradict_the_content(name: str, content: bytes, ending: str, right: str) -> None:
    refusal = refused(name, content)

    assert refusal.code == "false_ending"
    assert ending in refusal.message
    assert right in refusal.remedy


@pytest.mark.parametrize("name", ["总结", "", ".pdf", "目录.pdf/总结"])
def test_a_name_without_an_ending_is_refused_with_the_right_one(name: str) -> None:
    refusal = refused(name, PDF)

    assert refusal.code == "false_ending"
    assert "no ending" in refusal.message
    assert ".pdf" in refusal.remedy


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("总结.docx", docx(("word/vbaProject.bin", b"x"))),
        ("总结.docm", docx(("word/vbaProject.bin", b"x"))),
        ("台账.xlsx", xlsx(("xl/VBAPROJECT.BIN", b"x"))),
    ],
)
def test_a_program_inside_is_refused(name: str, content: bytes) -> None:
    refusal = refused(name, content)

    assert refusal.code == "with_macros"
    assert "without macros" in refusal.remedy


def test_a_program_under_another_name_is_refused_too() -> None:
    """Office finds the program by the type that the list of parts gives it, not by the name of the part."""
    types = (
        b'<Types><Override PartName="/word/notes.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
        b"</Types>"
    )
    parts = [("word/document.xml", b"<document/>"), ("word/notes.bin", b"x")]

    refusal = refused("总结.docx", packed(("[Content_Types].xml", types), *parts))

    assert refusal.code == "with_macros"


def test_a_sheet_of_old_macros_is_a_program() -> None:
    refusal = refused("台账.xlsx", xlsx(("xl/macrosheets/sheet1.xml", b"<macrosheet/>")))

    assert refusal.code == "with_macros"


@pytest.mark.parametrize(
    "content",
    [OLE + "EncryptedPackage".encode("utf-16-le") + b"\x00" * 100, locked(docx()), locked(packed(TYPES))],
)
def test_a_file_with_a_password_is_refused(content: bytes) -> None:
    refusal = refused("总结.docx", content)

    assert refusal.code == "encrypted"
    assert "password" in refusal.remedy


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("旧.doc", OLE, "old office program"),
        ("旧.docx", OLE, "old office program"),
        ("材料.zip", packed(("a.txt", WORDS)), "a zip archive"),
        ("材料.docx", packed(("a.txt", WORDS)), "a zip archive"),
        ("空.zip", packed(), "a zip archive"),
        ("表.ods", packed(("content.xml", b"<x/>")), "OpenDocument"),
        ("页.txt", b"<!DOCTYPE html><p>1</p>", "a web page"),
        ("页.html", b"\xef\xbb\xbf \n<HTML><script>alert(1)</script>", "a web page"),
        ("表.xls", b"<table><tr><td>1</td></tr></table>", "a web page"),
        ("程序.pdf", b"MZ\x90\x00\x03\x00", "a program"),
        ("程序.txt", b"\x7fELF\x02\x01\x01\x00", "a program"),
        ("动图.gif", b"GIF89a", "a GIF picture"),
        ("材料.rar", b"Rar!\x1a\x07\x01\x00", "a RAR archive"),
        ("材料.rtf", b"{\\rtf1 x}", "an RTF document"),
        ("未知.txt", b"\x01\x02\x00\x03\x00\x00\x00", "unknown"),
        ("未知.txt", b"\xff\xfe\xfd\xfc", "unknown"),
        ("宽.txt", "走访企业".encode("utf-16"), "unknown"),
    ],
)
def test_what_is_not_kept_is_named_with_what_is(name: str, content: bytes, found: str) -> None:
    refusal = refused(name, content)

    assert refusal.code == "not_a_proof"
    assert found in refusal.message
    assert "PDF, DOCX, XLSX, PPTX" in refusal.message


def test_a_binary_workbook_is_told_from_a_workbook() -> None:
    """Excel writes the colours of a binary workbook as XML; its cells are not."""
    content = packed(TYPES, ("xl/workbook.bin", b"x"), ("xl/theme/theme1.xml", b"<theme/>"))

    for name in ("台账.xlsb", "台账.xlsx"):
        refusal = refused(name, content)

        assert refusal.code == "not_a_proof"
        assert "binary workbook" in refusal.message


@pytest.mark.parametrize("cut", [30, 60, -30, -1])
def test_an_archive_of_which_the_end_is_missing_is_damaged(cut: int) -> None:
    assert refused("总结.docx", docx()[:cut]).code == "damaged"


def test_an_archive_with_a_spoilt_part_is_damaged() -> None:
    content = bytearray(packed(TYPES, ("word/document.xml", bytes(range(256)) * 100)))
    at = bytes(content).index(b"word/document.xml") + len("word/document.xml")
    for byte in range(at + 100, at + 140):
        content[byte] ^= 0xFF

    assert refused("总结.docx", bytes(content)).code == "damaged"


def test_two_parts_of_one_name_are_damage() -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = docx(("word/document.xml", b"<other/>"))

    assert refused("总结.docx", content).code == "damaged"


@pytest.mark.parametrize(
    ("name", "content", "sort"),
    [
        # A picture that was sent as text: its line ends were changed.
        ("照片.png", PNG_HEAD.replace(b"\r\n", b"\n"), "a PNG picture"),
        # Without the list of its parts no program opens it.
        ("总结.docx", packed(("word/document.xml", b"<document/>")), "(.docx)"),
        ("汇报.pptx", packed(("ppt/presentation.xml", b"<x/>")), "(.pptx)"),
    ],
)
def test_a_broken_file_is_not_said_to_be_of_a_sort_that_is_kept(name: str, content: bytes, sort: str) -> None:
    refusal = refused(name, content)

    assert sort not in refusal.message.partition("Kept are")[0]


@pytest.mark.parametrize(
    "parts",
    [
        [("word/media/image1.bmp", b"\x00" * 40 * MEGABYTE)],
        [(f"word/media/{number}.bmp", b"\x00" * 30 * MEGABYTE) for number in range(7)],
    ],
    ids=["one part packed tightly", "210 MB in all"],
)
def test_an_archive_that_unpacks_to_too_much_is_refused(parts: list[tuple[str, bytes]]) -> None:
    content = docx(*parts)
    assert len(content) < MEGABYTE

    refusal = refused("总结.docx", content)

    assert refusal.code == "unpacks_too_large"
    assert "200 MB" in refusal.message


def test_an_archive_of_very_many_parts_is_refused() -> None:
    content = docx(*((f"word/media/{number}.xml", b"") for number in range(5_001)))

    assert refused("总结.docx", content).code == "unpacks_too_large"
