"""What is read as a document and what is refused, in words that say what was found and what to do."""

from __future__ import annotations

import contextlib
import io
import string
import struct
import time
import zipfile

import openpyxl
import pytest
import xlwt
from hypothesis import given
from hypothesis import strategies as st
from tests.documents.builders import docx_of, pdf_of, refusal_of, scan_of, zip_of

from tongxin.documents.refusals import REFUSALS, DocumentRefused
from tongxin.documents.sources import Source, read_source

SIMPLIFIED = "关于推进产业工人队伍建设改革的实施意见\n一、总体要求\n（一）坚持党的领导。\n"
TRADITIONAL = "關於推進產業工人隊伍建設改革的實施意見\n一、總體要求\n（一）堅持黨的領導。\n"
MEGABYTE = 1024 * 1024


def workbook():
    stream = io.BytesIO()
    openpyxl.Workbook().save(stream)
    return stream.getvalue()


def old_office_file():
    stream = io.BytesIO()
    book = xlwt.Workbook()
    book.add_sheet("roster").write(0, 0, "意见")
    book.save(stream)
    return stream.getvalue()


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
def test_text_is_read_as_it_was_sent(text):
    assert read_source(text.encode()) == Source(text, "text")


@pytest.mark.parametrize("text", [SIMPLIFIED, TRADITIONAL])
def test_the_same_document_is_read_from_every_kind_of_file(text):
    lines = text.splitlines()

    assert read_source(docx_of(*lines)) == Source("\n".join(lines), "docx")
    assert read_source(pdf_of(lines)) == Source("\n".join(lines), "pdf")


def test_text_begins_with_a_mark_and_ends_lines_as_windows_does():
    content = b"\xef\xbb\xbf" + SIMPLIFIED.replace("\n", "\r\n").encode()

    found = read_source(content)

    assert found.text.lstrip("\ufeff").replace("\r\n", "\n") == SIMPLIFIED


@pytest.mark.parametrize("content", [b"", b" \r\n\t\n", "\u3000\u3000\n".encode(), b"\xef\xbb\xbf"])
def test_a_file_without_text_is_refused(content):
    assert refusal_of(content).code == ("no_text" if content else "file_empty")


def test_a_docx_without_text_is_refused():
    assert refusal_of(docx_of("", " ", "\u3000")).code == "no_text"


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a PNG picture"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", "a JPEG picture"),
        (zip_of([("1.txt", SIMPLIFIED.encode())]), "a zip archive"),
        (zip_of([]), "a zip archive"),
        (workbook(), "a workbook (.xlsx)"),
        (old_office_file(), "an old office document (.doc, .xls, .ppt)"),
        (b"{\\rtf1\\ansi\\deff0 x}", "an RTF document"),
        (b"<!DOCTYPE html>\n<html><body>" + SIMPLIFIED.encode(), "a web page"),
        (b"\xef\xbb\xbf\r\n<html lang='zh'>" + SIMPLIFIED.encode(), "a web page"),
        (b"\x7fELF\x02\x01\x01" + bytes(64), "a program"),
        (b"\x1f\x8b\x08\x00" + bytes(20), "a gzip archive"),
        (SIMPLIFIED.encode() + b"\x00" * 20, "a binary file"),
        (SIMPLIFIED.encode("gbk"), "text in GB18030 (GBK)"),
        (SIMPLIFIED.encode("utf-16"), "text in UTF-16"),
        (TRADITIONAL.encode("gbk"), "text in GB18030 (GBK)"),
        ("意见".encode("utf-16-le") * 3 + SIMPLIFIED.encode("utf-16-le"), "text in UTF-16"),
        (b"\xfe\xff" + SIMPLIFIED.encode("utf-16-be"), "text in UTF-16"),
        (TRADITIONAL.encode("big5"), "text in Big5"),
        (SIMPLIFIED.encode()[:-1] + b"\xff", "encoding"),
    ],
)
def test_what_is_no_document_is_refused_by_the_name_of_what_it_is(content, found):
    refusal = refusal_of(content)

    assert refusal.code == "not_a_document"
    assert found in refusal.params["found"]
    assert refusal.params["found"] in refusal.message
    assert "UTF-8" in refusal.remedy


def test_gbk_with_many_latin_letters_and_digits_is_still_named():
    text = "2024年浙江省GDP增长5.5%，R&D经费投入3.2%，见http://www.example.cn/2024/index.html\n" * 5

    assert "GBK" in refusal_of(text.encode("gbk")).message


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("text", ["A plan 2024\n" * 20, "关于2024年A项工作的意见\r\n" * 20])
def test_utf_16_without_a_mark_is_refused_and_not_read_as_letters_with_gaps(text, encoding):
    assert "UTF-16" in refusal_of(text.encode(encoding)).message


@pytest.mark.parametrize("text", ["BM培训方案\n", "MZ县意见\n", "<意见>\n", "一、<html>的写法\n", "II\n"])
def test_text_that_begins_like_another_file_is_read(text):
    assert read_source(text.encode()).text == text


def test_a_protected_office_document_is_named_as_protected():
    # Office packs a protected DOCX into an OLE file with a stream of this name.
    content = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le")

    assert refusal_of(content).code == "encrypted"


def test_a_file_of_just_5_megabytes_is_read_and_one_byte_more_is_not():
    paragraphs = ("深" * 99 + "\n").encode() * (5 * MEGABYTE // 298)
    content = paragraphs + b"a" * (5 * MEGABYTE - len(paragraphs))

    found = read_source(content)
    refusal = refusal_of(content + b"a")

    assert len(found.text.encode()) == 5 * MEGABYTE
    assert refusal.code == "file_too_large"
    assert "at most 5 MB" in refusal.message


def test_too_many_characters_are_refused_by_their_number():
    refusal = refusal_of(b"a" * 2_000_001)

    assert refusal.code == "too_many_characters"
    assert refusal.params["found"] == 2_000_001


def test_100_001_paragraphs_are_refused_by_their_number():
    refusal = refusal_of("坚持党的领导。\n\n".encode() * 100_001)

    assert refusal.code == "too_many_paragraphs"
    assert refusal.params["found"] == 100_001


def test_blank_lines_are_no_paragraphs():
    assert read_source(SIMPLIFIED.encode() + b"\n" * 100_000).text.startswith("关于推进")


@pytest.mark.parametrize("part", [4, 40, 400, 2_000, -30, -1_000])
def test_a_truncated_docx_is_refused(part):
    assert refusal_of(docx_of(*SIMPLIFIED.splitlines())[:part]).code == "damaged"


@pytest.mark.parametrize("part", [5, 200])
def test_a_truncated_pdf_is_refused(part):
    assert refusal_of(pdf_of(SIMPLIFIED.splitlines())[:part]).code == "damaged"


def test_two_parts_of_one_name_are_refused():
    with pytest.warns(UserWarning, match="Duplicate name"):
        content = zip_of([("word/document.xml", b"<a/>"), ("word/document.xml", b"<b/>")])

    refusal = refusal_of(content)

    assert refusal.code == "damaged"
    assert "one name" in refusal.message


def test_two_parts_whose_names_differ_in_capitals_alone_are_refused():
    assert refusal_of(zip_of([("word/document.xml", b"<a/>"), ("Word/document.xml", b"<b/>")])).code == (
        "damaged"
    )


def test_a_locked_zip_part_is_named_as_protected():
    content = docx_of("意见")
    # Bit 0 of the flags of every part, in the parts' own heads and in the directory.
    locked = content.replace(b"PK\x03\x04\x14\x00\x00\x00", b"PK\x03\x04\x14\x00\x01\x00")
    locked = locked.replace(b"PK\x01\x02\x14\x03\x14\x00\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01\x00")

    assert locked != content
    assert refusal_of(locked).code == "encrypted"


def test_a_bomb_is_refused_whatever_sizes_it_declares():
    body = b"<w:document>" + b" " * 100 * MEGABYTE
    bomb = zip_of([("word/document.xml", body)])
    size = struct.pack("<I", len(body))
    lying = bomb.replace(size, struct.pack("<I", 1000))

    assert len(bomb) < MEGABYTE
    assert lying != bomb
    assert refusal_of(bomb).code == "unpacks_too_large"
    assert refusal_of(lying).code in {"unpacks_too_large", "damaged"}


def test_a_bomb_of_many_parts_is_refused():
    parts = [("word/document.xml", b"<w:document/>")]
    parts += [(f"word/media/{number}.png", b"\x00" * 5 * MEGABYTE) for number in range(14)]

    assert refusal_of(zip_of(parts)).code == "unpacks_too_large"


def test_a_zip_in_front_of_nothing_else_is_damaged_and_no_crash():
    assert refusal_of(b"PK\x03\x04" + b"\xff" * 100).code == "damaged"


@pytest.mark.parametrize("code", sorted(REFUSALS))
def test_every_refusal_can_be_said_in_full(code):
    refusal = REFUSALS[code]
    names = {name for _, name, _, _ in string.Formatter().parse(refusal.message) if name}
    places = dict.fromkeys(("found", "limit", "pages", "detail"), 7)

    said = DocumentRefused(code, places)

    assert not names
    assert "%(" not in said.message + said.remedy
    assert said.message.endswith(".")
    assert str(said) == f"{said.message} {said.remedy}"


def test_a_scan_is_named_with_its_pages():
    refusal = refusal_of(scan_of(3))

    assert refusal.code == "scan"
    assert "3 pages" in refusal.message
    assert "OCR" in refusal.remedy


@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"%PDF-1.4\n", b"\xd0\xcf\x11\xe0", b"\xff"]),
)
def test_no_bytes_bring_the_reader_down(content, head):
    with contextlib.suppress(DocumentRefused):
        assert read_source(head + content).text


@given(st.data())
def test_no_damage_to_a_docx_brings_the_reader_down(data):
    content = bytearray(docx_of("意见", "一、总体要求"))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(DocumentRefused):
        read_source(bytes(content))


@given(st.data())
def test_no_damage_to_a_pdf_brings_the_reader_down(data):
    content = bytearray(pdf_of(["意见", "一、总体要求"]))
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(4, len(content) - 1))] = data.draw(st.integers(0, 255))

    with contextlib.suppress(DocumentRefused):
        read_source(bytes(content))


def test_a_docx_of_many_paragraphs_is_refused_in_little_time():
    xml = b"<w:p><w:r><w:t>a</w:t></w:r></w:p>" * 100_001
    content = docx_of()
    stream = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            part = old.read(name)
            new.writestr(name, part.replace(b"<w:sectPr", xml + b"<w:sectPr") if "document" in name else part)

    begun = time.perf_counter()
    refusal = refusal_of(stream.getvalue())

    assert refusal.code == "too_many_paragraphs"
    assert refusal.params["found"] == 100_001
    assert time.perf_counter() - begun < 30
