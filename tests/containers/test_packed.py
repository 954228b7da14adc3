"""Limits of zip archives are counted while unpacking, whatever the archive says of itself."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile

import pytest

from tongxin.containers.packed import MAX_PARTS, MEGABYTE, Limits, PartReader, refuse_declared_sizes
from tongxin.containers.refusals import FileRefused, Refusal


class Refused(FileRefused):
    refusals = {
        "damaged": Refusal("damaged", "Damaged: %(detail)s.", "Save it again."),
        "encrypted": Refusal("encrypted", "Locked.", "Unlock it."),
        "unpacks_too_large": Refusal("unpacks_too_large", "More than %(limit)s MB.", "Make it smaller."),
    }


LIMITS = Limits(megabytes=8, refuse=Refused)


def zip_of(parts, method=zipfile.ZIP_DEFLATED):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def reader_of(content, limits=LIMITS):
    return PartReader(zipfile.ZipFile(io.BytesIO(content)), limits)


def declare(content, size, instead_of):
    """Return an archive that says of a part that it unpacks to another size."""
    lying = content.replace(struct.pack("<I", instead_of), struct.pack("<I", size))
    assert lying != content
    return lying


def refusal_of_declared(content, limits=LIMITS):
    with pytest.raises(Refused) as caught:
        refuse_declared_sizes(zipfile.ZipFile(io.BytesIO(content)).infolist(), limits)
    return caught.value


def refusal_of_unpacking(content, name="a"):
    with pytest.raises(Refused) as caught:
        reader_of(content).bytes_of(name)
    return caught.value


def test_parts_are_unpacked_whole_and_as_text():
    reader = reader_of(zip_of([("a", b"x" * 3 * MEGABYTE), ("b", "意见".encode())]))

    assert reader.bytes_of("a") == b"x" * 3 * MEGABYTE
    assert reader.text("b") == "意见"
    assert reader.unpacked == 3 * MEGABYTE + 6


def test_text_that_is_no_utf_8_is_read_with_signs_for_what_is_not():
    assert reader_of(zip_of([("a", b"a\xffb")])).text("a") == "a\ufffdb"


def test_an_archive_within_its_limits_is_not_refused():
    archive = zipfile.ZipFile(io.BytesIO(zip_of([("a", b"x" * 8 * MEGABYTE)])))

    refuse_declared_sizes(archive.infolist(), LIMITS)

    assert len(PartReader(archive, LIMITS).bytes_of("a")) == 8 * MEGABYTE


def test_an_archive_that_declares_too_much_is_refused_with_the_limit():
    refusal = refusal_of_declared(zip_of([("a", b"x" * 5 * MEGABYTE), ("b", b"x" * 4 * MEGABYTE)]))

    assert refusal.code == "unpacks_too_large"
    assert refusal.message == "More than 8 MB."


def test_parts_that_declare_little_are_counted_while_they_unpack():
    lying = declare(zip_of([("a", b"x" * 9 * MEGABYTE)]), 10, instead_of=9 * MEGABYTE)

    refuse_declared_sizes(zipfile.ZipFile(io.BytesIO(lying)).infolist(), LIMITS)

    # Python stops at the declared size and finds that the sum over the bytes is another.
    assert refusal_of_unpacking(lying).code == "damaged"


def test_a_part_that_declares_less_than_it_is_never_fills_the_memory():
    lying = declare(zip_of([("a", b"\x00" * 200 * MEGABYTE)]), 10, instead_of=200 * MEGABYTE)

    tracemalloc.start()
    refusal_of_unpacking(lying)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 20 * MEGABYTE


def test_all_parts_together_are_counted():
    reader = reader_of(zip_of([("a", b"x" * 5 * MEGABYTE), ("b", b"x" * 5 * MEGABYTE)]))
    reader.bytes_of("a")

    with pytest.raises(Refused) as caught:
        reader.bytes_of("b")

    assert caught.value.code == "unpacks_too_large"


def test_reading_one_part_again_and_again_is_counted_too():
    reader = reader_of(zip_of([("a", b"x" * 5 * MEGABYTE)]))
    reader.bytes_of("a")

    with pytest.raises(Refused):
        reader.bytes_of("a")


def test_a_refusal_comes_before_the_rest_is_unpacked():
    reader = reader_of(zip_of([("a", b"x" * 40 * MEGABYTE)]))

    with pytest.raises(Refused):
        for _ in reader.chunks("a"):
            pass

    assert reader.unpacked == 9 * MEGABYTE


def test_a_part_packed_a_thousand_times_is_refused_below_a_high_limit():
    high = Limits(megabytes=1_000, refuse=Refused)
    bomb = zip_of([("a", b"\x00" * 40 * MEGABYTE)])

    assert refusal_of_declared(bomb, high).code == "unpacks_too_large"
    with pytest.raises(Refused) as caught:
        reader_of(bomb, high).bytes_of("a")
    assert caught.value.code == "unpacks_too_large"


def test_a_small_part_may_be_packed_as_tightly_as_it_likes():
    content = zip_of([("a", b"\x00" * 7 * MEGABYTE)])

    assert len(content) < 7 * MEGABYTE / 250
    assert len(reader_of(content).bytes_of("a")) == 7 * MEGABYTE


def test_too_many_parts_are_refused():
    refusal = refusal_of_declared(zip_of([(str(number), b"") for number in range(MAX_PARTS + 1)]))

    assert refusal.code == "unpacks_too_large"


@pytest.mark.parametrize("second", ["a.xml", "A.XML"])
def test_two_parts_of_one_name_are_damage(second, recwarn):
    refusal = refusal_of_declared(zip_of([("a.xml", b"1"), (second, b"2")]))

    assert refusal.code == "damaged"
    assert refusal.message == "Damaged: two of its parts have one name."


def test_a_locked_part_is_refused_before_anything_is_unpacked():
    content = zip_of([("a", b"x")])
    locked = content.replace(b"PK\x01\x02\x14\x03\x14\x00\x00", b"PK\x01\x02\x14\x03\x14\x00\x01")

    assert locked != content
    assert refusal_of_declared(locked).code == "encrypted"


@pytest.mark.parametrize(
    "method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
)
def test_a_part_that_is_damaged_is_refused_however_it_is_packed(method):
    content = bytearray(zip_of([("a", bytes(range(256)) * 400)], method))
    for at in range(60, 90):
        content[at] ^= 0xFF

    assert refusal_of_unpacking(bytes(content)).code == "damaged"


def test_a_part_packed_in_a_way_that_python_does_not_know_is_refused():
    content = zip_of([("a", b"x" * 1_000)])
    # Method 97 in the directory and in the part's own head.
    strange = content.replace(b"\x08\x00", b"\x61\x00")

    assert refusal_of_unpacking(strange).code == "damaged"


def test_damage_says_where_it_comes_from():
    content = bytearray(zip_of([("a", b"x" * 1_000)]))
    content[35] ^= 0xFF

    with pytest.raises(Refused) as caught:
        reader_of(bytes(content)).bytes_of("a")

    assert caught.value.__cause__ is not None
    assert caught.value.message == "Damaged: a part of it cannot be unpacked."
