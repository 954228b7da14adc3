"""Proofs of a report: files known by their content, figures by the address of their passport."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.http import Http404
from django.test import override_settings
from tests.cast import Cast
from tests.plans.builders import as_office, enter_in_force, raise_figures, rows, share_out

from tongxin.audit.models import LogEntry
from tongxin.containers.attachments import AttachmentRefused
from tongxin.figures.queries import read_release
from tongxin.files.actions import read_file
from tongxin.files.models import StoredFile
from tongxin.organisations.models import Organisation
from tongxin.plans.evidence_actions import MOST_PROOFS, attach_figure, attach_file, remove_evidence
from tongxin.plans.models import Evidence, Report
from tongxin.plans.report_actions import accept_report, return_report, submit_report, write_report

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600


@pytest.fixture(scope="module")
def cast(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[Cast]:
    """The cast with figures, raised once for the module in a transaction that its end takes back."""
    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home), transaction.atomic():
        yield raise_figures(home)
        transaction.set_rollback(True)


@pytest.fixture
def report(cast: Cast) -> Report:
    """A draft of Xiaoshan's."""
    return write_report(enter_in_force(cast.xiaoshan), actor=cast.office_of_xiaoshan, text="走访了。")


def packed(*parts: tuple[str, bytes]) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts:
            archive.writestr(name, content)
    return stream.getvalue()


def office_file(main: str, *more: tuple[str, bytes]) -> bytes:
    return packed(("[Content_Types].xml", b"<Types/>"), (main, b"<x/>"), *more)


def kept_bytes(settings) -> set[Path]:
    """Return the files that lie in the home."""
    folder = Path(settings.TONGXIN_HOME) / "files"
    return set(folder.iterdir()) if folder.exists() else set()


def refused(settings, act: Callable[[], Any], kind: type[Exception] = ValidationError) -> Any:
    """Return what a proof was refused with; nothing of it is kept, neither as a row nor as bytes."""
    before = [model.objects.count() for model in (Evidence, StoredFile, LogEntry)], kept_bytes(settings)
    with pytest.raises(kind) as refusal:
        act()
    after = [model.objects.count() for model in (Evidence, StoredFile, LogEntry)], kept_bytes(settings)
    assert after == before
    return refusal.value


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("通知.pdf", PDF),
        ("总结.docx", office_file("word/document.xml")),
        ("台账.xlsx", office_file("xl/workbook.xml")),
        ("汇报.pptx", office_file("ppt/presentation.xml")),
        ("照片.png", PNG),
        ("照片.jpg", b"\xff\xd8\xff\xe0\x00\x10JFIF"),
        ("记录.txt", "走访企业".encode()),
        ("记录.txt", "走访企业".encode("gb18030")),
    ],
)
def test_a_file_is_kept_as_it_was_sent(cast: Cast, report: Report, name: str, content: bytes) -> None:
    proof = attach_file(report, actor=cast.office_of_xiaoshan, name=name, content=content)

    (row,) = rows("evidence.added")
    assert (proof.title, proof.added_by) == (name, cast.office_of_xiaoshan)
    assert read_file(proof.file) == content
    assert proof.file.expires_on is None
    assert (row.actor_name, row.organisation_id) == ("office_of_xiaoshan", cast.xiaoshan.pk)
    assert row.changes["sha256"] == proof.file.sha256


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("空.pdf", b"", "file_empty"),
        ("总结.pdf", office_file("word/document.xml"), "false_ending"),
        ("程序.pdf", b"MZ\x90\x00\x03\x00", "not_a_proof"),
        ("总结.docm", office_file("word/document.xml", ("word/vbaProject.bin", b"x")), "with_macros"),
        ("总结.docx", OLE + "EncryptedPackage".encode("utf-16-le"), "encrypted"),
        ("旧.doc", OLE, "not_a_proof"),
        ("材料.zip", packed(("a.txt", b"1")), "not_a_proof"),
        ("页.txt", b"<!doctype html><script>alert(1)</script>", "not_a_proof"),
        ("总结.docx", office_file("word/document.xml")[:-30], "damaged"),
        (
            "总结.docx",
            office_file("word/document.xml", ("word/a.bmp", b"\x00" * 40 * 1024 * 1024)),
            "unpacks_too_large",
        ),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_of_a_refused_file_nothing_is_kept(
    report: Report, settings, name: str, content: bytes, code: str
) -> None:
    refusal = refused(
        settings,
        lambda: attach_file(report, actor=None, name=name, content=content),
        AttachmentRefused,
    )

    assert refusal.code == code
    assert refusal.message
    assert refusal.remedy


def test_the_limit_is_the_setting_and_is_named(report: Report, settings) -> None:
    settings.TONGXIN_EVIDENCE_MEGABYTES = 3
    most = 3 * 1024 * 1024
    attach_file(report, actor=None, name="a.pdf", content=PDF.ljust(most, b"x"))

    refusal = refused(
        settings,
        lambda: attach_file(report, actor=None, name="b.pdf", content=PDF.ljust(most * 2, b"x")),
        AttachmentRefused,
    )

    assert refusal.code == "file_too_large"
    assert "3 MB" in refusal.message
    assert "6.0 MB" in refusal.message


def test_a_report_has_a_file_once(report: Report, settings) -> None:
    attach_file(report, actor=None, name="a.pdf", content=PDF)

    refusal = refused(
        settings, lambda: attach_file(report, actor=None, name="另名.pdf", content=PDF), ValidationError
    )

    assert "already" in refusal.messages[0]


def test_another_report_may_have_the_same_file(cast: Cast, report: Report) -> None:
    other = write_report(enter_in_force(cast.xiaoshan), actor=None, text="也走访了。")

    first = attach_file(report, actor=None, name="a.pdf", content=PDF)
    second = attach_file(other, actor=None, name="a.pdf", content=PDF)

    assert first.file != second.file


def test_a_report_has_at_most_twenty_proofs(report: Report, settings) -> None:
    assert MOST_PROOFS == 20
    for number in range(19):
        attach_file(report, actor=None, name="a.txt", content=f"{number}".encode())
    attach_figure(report, actor=None, address=address(Organisation.objects.get(name_zh="萧山区")))

    told = refused(settings, lambda: attach_file(report, actor=None, name="a.txt", content=b"more")).messages

    assert "20" in told[0]
    assert report.evidence.count() == 20


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/记录.txt", "记录.txt"),
        ("C:\\Users\\王\\记录.txt", "记录.txt"),
        ("..\\记录.txt", "记录.txt"),
        ("/记录.txt", "记录.txt"),
    ],
)
def test_of_a_name_only_the_last_part_is_kept(report: Report, settings, name: str, kept: str) -> None:
    proof = attach_file(report, actor=None, name=name, content=b"1")

    assert (proof.title, proof.file.name) == (kept, kept)
    assert {path.parent for path in kept_bytes(settings)} == {Path(settings.TONGXIN_HOME) / "files"}


def test_a_proof_is_removed_with_its_bytes(
    cast: Cast, report: Report, settings, django_capture_on_commit_callbacks
) -> None:
    before = kept_bytes(settings)
    proof = attach_file(report, actor=None, name="记录.txt", content=b"1")
    assert len(kept_bytes(settings) - before) == 1

    with django_capture_on_commit_callbacks(execute=True):
        remove_evidence(proof, actor=cast.office_of_xiaoshan)

    (row,) = rows("evidence.removed")
    assert (row.changes["title"], row.actor_name) == ("记录.txt", "office_of_xiaoshan")
    assert not Evidence.objects.exists()
    assert not StoredFile.objects.filter(name="记录.txt").exists()
    assert kept_bytes(settings) == before


def test_proofs_come_and_go_only_while_the_report_is_written(cast: Cast, report: Report, settings) -> None:
    proof = attach_file(report, actor=None, name="记录.txt", content=b"1")
    figure = attach_figure(report, actor=None, address=address(cast.xiaoshan))
    acts = [
        lambda: attach_file(report, actor=None, name="a.txt", content=b"2"),
        lambda: attach_figure(report, actor=None, address=address(cast.alpha)),
        lambda: remove_evidence(proof, actor=None),
        lambda: remove_evidence(figure, actor=None),
    ]

    submit_report(report, actor=None)
    for act in acts:
        assert "submitted" in refused(settings, act).messages[0]
    return_report(report, actor=None, reason="缺")
    remove_evidence(figure, actor=None)
    submit_report(report, actor=None)
    accept_report(report, actor=None)
    for act in acts[:3]:
        assert "accepted" in refused(settings, act).messages[0]

    assert list(report.evidence.all()) == [proof]


def test_proofs_are_added_by_who_may_report(cast: Cast, settings) -> None:
    (share,) = share_out(enter_in_force(cast.xiaoshan), cast.alpha)
    report = write_report(share, actor=cast.reporter_of_alpha, text="走访了。")
    own = attach_file(report, actor=cast.reporter_of_alpha, name="记录.txt", content=b"1")

    for user in (
        as_office(cast.alpha, role="viewer"),
        as_office(cast.alpha, role="reviewer"),
        cast.reporter_of_beta,
        cast.office_of_yuhang,
        cast.stranger,
    ):
        for act in (
            lambda user=user: attach_file(report, actor=user, name="a.txt", content=b"2"),
            lambda user=user: attach_figure(report, actor=user, address=address(cast.alpha)),
            lambda user=user: remove_evidence(own, actor=user),
        ):
            refused(settings, act, (PermissionDenied, Http404))


def address(unit: Organisation, period: str = "2026Q3", code: str = "staff", **more: str) -> str:
    asked = "".join(f"&{name}={value}" for name, value in more.items())
    return f"/figures/{code}/passport/?at={unit.code}&period={period}{asked}"


@pytest.mark.parametrize("host", ["", "https://tongxin.example.cn", "http://localhost:8000"])
def test_a_figure_is_named_by_the_address_of_its_passport(cast: Cast, report: Report, host: str) -> None:
    proof = attach_figure(
        report, actor=cast.office_of_xiaoshan, address=f"  {host}{address(cast.xiaoshan)}\n"
    )

    # 60 at Alpha and 20 at Beta.
    assert proof.title == "Persons employed, Xiaoshan District, 2026Q3: 80"
    parts = urlsplit(proof.passport)
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert (parts.netloc, parts.path) == ("", "/figures/staff/passport/")
    assert asked == {"at": cast.xiaoshan.code, "period": "2026Q3", "release": read_release().id}
    assert (proof.file, proof.added_by) == (None, cast.office_of_xiaoshan)
    assert rows("evidence.added")[0].actor_name == "office_of_xiaoshan"


# By hand from what was reported: (180 + 60) / 80, nobody to divide by, nobody reported.
@pytest.mark.parametrize(
    ("unit", "period", "code", "value"),
    [
        ("xiaoshan", "2026Q3", "load", "3.0"),
        ("alpha", "2025", "staff", "50"),
        ("yuhang", "2026Q3", "load", "No value"),
        ("haishu", "2026Q3", "staff", "Missing"),
    ],
)
def test_the_title_of_a_figure_says_its_value_or_why_there_is_none(
    cast: Cast, unit: str, period: str, code: str, value: str
) -> None:
    report = write_report(enter_in_force(cast.province), actor=None, text="走访了。")
    at = getattr(cast, unit)

    title = attach_figure(report, actor=cast.office_of_province, address=address(at, period, code)).title

    assert title.endswith(f", {at.name_en or at.name_zh}, {period}: {value}")


def test_a_figure_of_a_part_of_the_workers_says_of_which(cast: Cast, report: Report) -> None:
    whole = attach_figure(report, actor=None, address=address(cast.xiaoshan, code="heads"))
    men = attach_figure(
        report, actor=None, address=address(cast.xiaoshan, code="heads", by="sex", category="male")
    )

    assert whole.title.endswith(": 1")
    assert men.title != whole.title
    assert "male" in men.title.lower()
    assert "category=male" in men.passport


def test_a_figure_in_the_tree_of_a_day_is_named_with_that_day(cast: Cast, report: Report) -> None:
    """Its value may be another than in the tree of its own time: without the day its page would show that."""
    asked = address(cast.xiaoshan, as_of="2026-08-31")

    proof = attach_figure(report, actor=None, address=asked)

    assert "as_of=2026-08-31" in proof.passport


def test_a_figure_without_a_period_is_that_of_the_last_complete_quarter(cast: Cast, report: Report) -> None:
    proof = attach_figure(report, actor=None, address=f"/figures/staff/passport/?at={cast.xiaoshan.code}")

    assert "2026Q3: 80" in proof.title


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "走访",
        "staff",
        "/",
        "/plans/",
        "/figures/",
        "/figures/staff/facts/",
        "https://example.cn/",
        "http://[::1",
        "javascript:alert(1)",
        "/figures/staff/passport/?period=第三季度",
        "/figures/nothing/passport/",
        "/figures/staff/passport/?at=999999",
        "/figures/staff/passport/?period=1999",
        "/figures/heads/passport/?by=colour&category=red",
        "/figures/heads/passport/?by=sex&category=xx",
        "/figures/heads/passport/?by=sex",
        "/figures/staff/passport/?as_of=yesterday",
    ],
)
def test_what_names_no_figure_is_answered_with_a_sentence(
    cast: Cast, report: Report, settings, wrong: str
) -> None:
    if wrong.startswith("/figures/") and "?" in wrong and "at=" not in wrong:
        wrong += f"&at={cast.xiaoshan.code}"

    refusal = refused(settings, lambda: attach_figure(report, actor=cast.office_of_xiaoshan, address=wrong))

    assert refusal.messages[0].endswith(".")


def test_a_unit_that_is_hidden_is_no_unit(cast: Cast, report: Report, settings) -> None:
    def told(at: str) -> str:
        act = lambda: attach_figure(  # noqa: E731
            report, actor=cast.office_of_xiaoshan, address=f"/figures/staff/passport/?at={at}"
        )
        return refused(settings, act).messages[0]

    assert told(cast.yuhang.code).replace(cast.yuhang.code, "") == told("999999").replace("999999", "")


def test_a_report_has_a_figure_once(cast: Cast, report: Report, settings) -> None:
    attach_figure(report, actor=None, address=address(cast.xiaoshan))

    again = [address(cast.xiaoshan), f"https://x.cn{address(cast.xiaoshan)}"]
    again.append(f"/figures/staff/passport/?period=2026Q3&at={cast.xiaoshan.code}")
    for each in again:
        refusal = refused(settings, lambda asked=each: attach_figure(report, actor=None, address=asked))
        assert "already" in refusal.messages[0]

    assert attach_figure(report, actor=None, address=address(cast.xiaoshan, "2026Q2")).pk


def test_without_a_release_there_is_no_figure(report: Report, settings, tmp_path) -> None:
    settings.TONGXIN_HOME = tmp_path

    refusal = refused(settings, lambda: attach_figure(report, actor=None, address="/figures/staff/passport/"))

    assert "No figures were computed yet" in refusal.messages[0]


def test_a_long_name_keeps_its_ending(report: Report) -> None:
    proof = attach_file(report, actor=None, name=f"{'长' * 300}.txt", content=b"1")

    assert proof.title.endswith(".txt")
    assert proof.file.name.endswith(".txt")


@pytest.mark.parametrize("sign", ["\x00", "\n", "\r", "\x1b", "\u202e"])
def test_a_name_has_no_signs_that_are_not_seen(report: Report, sign: str) -> None:
    """PostgreSQL keeps no zero, and a name that turns its direction shows another ending than it has."""
    proof = attach_file(report, actor=None, name=f"记{sign}录.txt", content=b"1")

    assert proof.title == proof.file.name == "记录.txt"
