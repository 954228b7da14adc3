"""Large files are read in the background: sent, read whole or refused, resumed after a crash, never half."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django_tasks_db.models import DBTaskResult
from tests.cast import Cast
from tests.clients import client_of
from tests.documents.builders import docx_of, scan_of
from tests.plans.builders import receive, rows
from tests.plans.texts import FIRST, TITLE

from tongxin.files.actions import read_file
from tongxin.files.models import StoredFile
from tongxin.jobs.actions import requeue_orphans
from tongxin.jobs.models import Job
from tongxin.organisations.models import RoleGrant
from tongxin.plans import document_reading_actions
from tongxin.plans.document_actions import publish_document
from tongxin.plans.document_reading_actions import is_large, read_again, read_sent, say_why, send_document
from tongxin.plans.document_tasks import read_document_task
from tongxin.plans.models import Clause, Document, DocumentReading, TaskProposal
from tongxin.search.queries import count_by_kind

NEW = "/documents/new/"
LARGE = FIRST + "".join(f"各单位情况说明第{each}段。\n" for each in range(12_000))
SHORT = FIRST.encode()


@pytest.fixture
def small_limit(monkeypatch) -> None:
    """Let every file be large, so that short texts are read as long ones are."""
    monkeypatch.setattr(document_reading_actions, "LARGE", 10)


@pytest.fixture(autouse=True)
def home(tmp_path, settings) -> Path:
    settings.TONGXIN_HOME = tmp_path
    return tmp_path


def post(client, content: bytes, name: str = "方案.txt", **values):
    return client.post(NEW, {"file": SimpleUploadedFile(name, content), "genre": "policy", **values})


def send(cast: Cast, content: bytes = SHORT, **values) -> DocumentReading:
    told = {"name": "方案.txt", "genre": "policy", **values}
    return send_document(cast.xiaoshan, actor=cast.office_of_xiaoshan, content=content, **told)


def work(reading: DocumentReading) -> DocumentReading:
    """Do what the worker does."""
    read_document_task.func(reading.job_id)
    reading.refresh_from_db()
    return reading


def kept(home: Path) -> tuple[int, ...]:
    counted = [model.objects.count() for model in (Document, Clause, TaskProposal, StoredFile)]
    return (*counted, len(list((home / "files").glob("*"))))


def xml_docx(size: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", "x" * size)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (SHORT, False),
        (b"x" * 300_000, False),
        (b"x" * 300_001, True),
        (b"%PDF-1.7" + b"x" * 300_000, True),
        (docx_of("做好服务"), False),
        (xml_docx(600_000), False),
        (xml_docx(600_002), True),
        (b"PK\x03\x04" + b"x" * 400_000, False),
        (b"", False),
    ],
    ids=["text", "limit", "over", "pdf", "docx", "xml", "xml-over", "damaged", "empty"],
)
def test_a_file_is_large_by_its_text_not_by_how_tightly_it_is_packed(content: bytes, expected: bool) -> None:
    assert is_large(content) is expected


def test_a_large_file_is_answered_at_once_and_read_by_the_worker(
    cast: Cast, office, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        answer = post(office, LARGE.encode())

    reading = DocumentReading.objects.get()
    address = f"/documents/readings/{reading.pk}/"
    assert answer.url == address
    assert not Document.objects.exists()
    assert DBTaskResult.objects.get().args_kwargs["args"] == [reading.job_id]
    assert "Waiting for its turn" in office.get(address).text
    assert "is being read" in office.get("/documents/").text

    work(reading)

    document = Document.objects.get()
    assert (reading.state, reading.document) == ("read", document)
    assert (document.title, document.sent_by) == (TITLE, cast.office_of_xiaoshan)
    assert document.clauses.count() == 12_009
    assert document.file.expires_on is None
    assert read_file(document.file) == LARGE.encode()
    assert office.get(address).url == f"/documents/{document.pk}/"
    assert "is being read" not in office.get("/documents/").text
    assert count_by_kind("情况说明第7段", kinds=["clause", "document"]) == {"clause": 1, "document": 1}
    assert Job.objects.get(pk=reading.job_id).state == "done"


def test_a_small_file_is_read_at_once(office) -> None:
    assert post(office, SHORT).url.startswith("/documents/")
    assert not DocumentReading.objects.exists()
    assert count_by_kind("劳模", kinds=["document", "clause"]) == {"document": 1, "clause": 1}


@pytest.mark.usefixtures("small_limit")
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (FIRST.encode("gb18030"), "The file is text in GB18030 (GBK), not UTF-8 text, DOCX or PDF"),
        (b" \n" * 20, "The document holds no text."),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "by a password"),
        (b"PK\x03\x04 no more", "is damaged"),
        (scan_of(3), "has 3 pages and no text layer: it is probably a scan"),
        (("段\n" * 100_001).encode(), "has 100001 paragraphs; at most 100000 are read"),
    ],
    ids=["gb18030", "blank", "encrypted", "damaged", "scan", "paragraphs"],
)
def test_a_file_that_cannot_be_read_is_told_so_in_the_same_words_and_leaves_nothing(
    cast: Cast, office, home: Path, content: bytes, said: str, django_capture_on_commit_callbacks
) -> None:
    reading = send(cast, content)

    with django_capture_on_commit_callbacks(execute=True):
        work(reading)

    assert reading.state == "refused"
    assert said in say_why(reading)
    answer = office.get(f"/documents/readings/{reading.pk}/")
    assert said in answer.text.replace("&#x27;", "'")
    assert "Nothing of it is kept" in answer.text
    assert "could not be read in" in office.get("/documents/").text
    assert kept(home) == (0, 0, 0, 0, 0)
    assert len(rows("documents.refused")) == 1
    # It may be sent once more, with what was wrong set right or not.
    assert send(cast, content).pk != reading.pk


def test_the_same_file_is_refused_once_it_was_read(cast: Cast, office) -> None:
    work(send(cast))

    with pytest.raises(ValidationError, match=TITLE):
        send(cast)
    assert post(office, SHORT).status_code == 422


def test_the_same_file_sent_while_it_is_read_leads_to_the_one_reading(cast: Cast) -> None:
    first, second = send(cast), send(cast)

    assert first.pk == second.pk
    assert (Job.objects.count(), StoredFile.objects.count(), len(rows("documents.sent"))) == (1, 1, 1)


def test_a_file_that_came_in_another_way_meanwhile_is_refused(
    cast: Cast, home: Path, django_capture_on_commit_callbacks
) -> None:
    reading = send(cast)
    receive(cast.xiaoshan)

    with django_capture_on_commit_callbacks(execute=True):
        work(reading)

    assert TITLE in say_why(reading)
    assert kept(home)[0] == 1
    assert kept(home)[3:] == (1, 1)


def test_a_text_that_was_revised_meanwhile_is_refused(cast: Cast, document: Document) -> None:
    reading = send(cast, f"{FIRST}又一段。".encode(), revises=document)
    receive(cast.xiaoshan, f"{FIRST}另一段。", revises=document)

    work(reading)

    assert "was revised already" in say_why(reading)
    with pytest.raises(ValidationError, match="was revised already"):
        send(cast, b"more", revises=document)


def test_whoever_lost_the_role_meanwhile_reads_nothing_in(cast: Cast) -> None:
    reading = send(cast)
    RoleGrant.objects.filter(user=cast.office_of_xiaoshan).delete()

    work(reading)

    assert "no longer" in say_why(reading)
    assert not Document.objects.exists()


@pytest.mark.parametrize("lose", ["row", "bytes"])
def test_a_file_that_is_gone_is_refused(cast: Cast, home: Path, lose: str) -> None:
    reading = send(cast)
    if lose == "row":
        StoredFile.objects.all().delete()
    else:
        for path in (home / "files").glob("*"):
            path.unlink()

    work(reading)

    assert "no longer kept" in say_why(reading)


def test_a_killed_worker_is_followed_by_another_that_begins_anew(
    cast: Cast, monkeypatch, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        reading = send(cast)
    result = DBTaskResult.objects.get()
    result.claim("dead")

    def die(*_given, **_values):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(document_reading_actions, "keep_file", die)
        with pytest.raises(KeyboardInterrupt):
            work(reading)
    assert not Document.objects.exists()
    assert not Job.objects.get().is_over

    assert requeue_orphans() == 1
    work(reading)

    assert Document.objects.count() == 1
    assert Job.objects.get().state == "done"


def test_a_worker_killed_while_indexing_leaves_the_rest_to_the_next(cast: Cast, monkeypatch) -> None:
    reading = send(cast)

    def die(_document):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(document_reading_actions, "index_document", die)
        with pytest.raises(KeyboardInterrupt):
            work(reading)
    assert count_by_kind("劳模", kinds=["document"]) == {}

    work(reading)

    assert Document.objects.count() == 1
    assert count_by_kind("劳模", kinds=["document"]) == {"document": 1}


def test_a_reading_that_failed_can_be_begun_again_from_its_page(cast: Cast, office, monkeypatch) -> None:
    reading = send(cast)
    with monkeypatch.context() as patched:
        patched.setattr(document_reading_actions, "keep_file", lambda _file: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            work(reading)
    address = f"/documents/readings/{reading.pk}/"
    assert "Reading was interrupted" in office.get(address).text

    assert office.post(f"{address}again/").url == address
    reading.refresh_from_db()
    assert Job.objects.count() == 2
    read_again(reading, actor=cast.office_of_xiaoshan)
    assert Job.objects.count() == 2

    work(reading)

    assert office.get(address).status_code == 302
    assert read_again(reading, actor=cast.office_of_xiaoshan).state == "read"
    assert Job.objects.count() == 2


def test_an_error_of_the_program_is_no_refusal(cast: Cast) -> None:
    reading = send(cast)
    DocumentReading.objects.update(genre="poem")

    with pytest.raises(ValidationError):
        work(reading)

    reading.refresh_from_db()
    assert reading.state == "received"
    assert not Document.objects.exists()


def test_what_another_worker_kept_meanwhile_is_not_kept_twice(cast: Cast, monkeypatch) -> None:
    reading = send(cast)
    read = document_reading_actions.read_file

    def overtaken(file):
        monkeypatch.setattr(document_reading_actions, "read_file", read)
        read_sent(reading.pk, progress=lambda _stage, _percent: None)
        return read(file)

    monkeypatch.setattr(document_reading_actions, "read_file", overtaken)
    work(reading)

    assert Document.objects.count() == 1
    assert reading.state == "read"


def test_polling_answers_with_the_progress_alone_and_ends_with_the_page(cast: Cast, office) -> None:
    reading = send(cast)
    address, asked = f"/documents/readings/{reading.pk}/", {"HX-Request": "true"}

    polled = office.get(address, headers=asked)
    assert "<html" not in polled.text
    assert "progress" in polled.text
    work(reading)

    assert office.get(address, headers=asked)["HX-Refresh"] == "true"


def test_only_who_reads_documents_in_sees_how_far_a_file_is(cast: Cast) -> None:
    reading = send(cast)
    address = f"/documents/readings/{reading.pk}/"

    for user, expected in (
        (cast.office_of_hangzhou, 200),
        (cast.office_of_xiaoshan, 200),
        (cast.viewer_of_xiaoshan, 404),
        (cast.office_of_yuhang, 404),
        (cast.auditor, 404),
        (cast.stranger, 404),
    ):
        assert client_of(user).get(address).status_code == expected
        assert client_of(user).post(f"{address}again/").status_code == (302 if expected == 200 else 404)
    assert "is being read" not in client_of(cast.viewer_of_xiaoshan).get("/documents/").text


def test_whoever_may_not_read_documents_in_sends_none(cast: Cast) -> None:
    for user, refusal in ((cast.viewer_of_xiaoshan, PermissionDenied), (cast.stranger, Http404)):
        with pytest.raises(refusal):
            send_document(cast.xiaoshan, actor=user, name="a", content=SHORT, genre="policy")

    assert not DocumentReading.objects.exists()


def test_a_large_revision_carries_decisions_over_too(cast: Cast, document: Document) -> None:
    TaskProposal.objects.filter(quote__contains="活动").update(
        state="rejected", reason="口号", decided_at=document.sent_at
    )

    reading = work(send(cast, f"{FIRST}又一段。\n".encode(), revises=document))

    newer = TaskProposal.objects.get(clause__document=reading.document, quote__contains="活动")
    assert (newer.state, newer.reason) == ("rejected", "口号")
    assert publish_document(reading.document, actor=None, is_published=True).is_published
