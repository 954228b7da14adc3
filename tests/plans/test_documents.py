"""Reading documents in, revising them, and opening them to the units below."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from tests.cast import Cast
from tests.plans.builders import receive, rows
from tests.plans.texts import CLAUSES, FIRST, QUOTES, SECOND, TITLE

from tongxin.audit.models import LogEntry
from tongxin.documents.refusals import DocumentRefused
from tongxin.files.actions import read_file
from tongxin.files.models import StoredFile
from tongxin.plans.document_actions import publish_document, receive_document
from tongxin.plans.models import Clause, Document, TaskProposal

NEW = "/documents/new/"


def stored() -> tuple[int, ...]:
    kept = [model.objects.count() for model in (Document, Clause, TaskProposal, StoredFile)]
    return (*kept, LogEntry.objects.filter(action__startswith="documents.").count())


def send(client, name: str, content: bytes, **values):
    file = SimpleUploadedFile(name, content)
    return client.post(NEW, {"file": file, "genre": "policy", **values})


def test_what_the_head_of_a_text_says_is_kept(cast: Cast, document: Document) -> None:
    assert document.title == TITLE
    assert document.number == "萧工发〔2026〕3号"
    assert document.source == "萧山区总工会"
    assert document.issued_on == date(2026, 3, 1)
    assert document.sent_by == cast.office_of_xiaoshan
    assert not document.is_published


def test_the_file_is_kept_for_good_as_it_was_sent(document: Document, office) -> None:
    file = document.file
    assert file.expires_on is None
    assert read_file(file) == FIRST.encode()

    answer = office.get(f"/documents/{document.pk}/file/")

    assert answer.content == FIRST.encode()
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["Content-Type"] == "application/octet-stream"


def test_a_file_whose_bytes_are_gone_is_said_to_be_gone(
    document: Document, office, tmp_path, settings
) -> None:
    settings.TONGXIN_HOME = tmp_path

    assert office.get(f"/documents/{document.pk}/file/").status_code == 404


def test_clauses_are_the_paragraphs_in_their_order_each_with_its_place(document: Document) -> None:
    clauses = list(document.clauses.all())

    assert [clause.number for clause in clauses] == list(range(1, CLAUSES + 1))
    assert all(document.text[each.start : each.end] == each.text for each in clauses)
    assert len({clause.anchor for clause in clauses}) == CLAUSES


def test_every_proposal_quotes_the_cleaned_text_letter_by_letter(document: Document) -> None:
    found = TaskProposal.objects.filter(clause__document=document).order_by("start")

    assert [each.quote for each in found] == QUOTES
    assert all(document.text[each.start : each.end] == each.quote == each.title for each in found)
    assert all(each.clause.start <= each.start < each.end <= each.clause.end for each in found)


def test_a_proposal_keeps_who_when_and_how_much(document: Document) -> None:
    led, dated = (
        TaskProposal.objects.get(clause__document=document, quote__contains=words)
        for words in ("20场", "5000人次")
    )

    assert (led.lead, led.support) == (["城厢街道"], ["区总工会", "区教育局"])
    assert (led.due_on, led.due_text, led.target) == (None, "每年", "20场以上")
    assert (dated.due_on, dated.target) == (date(2026, 12, 31), "5000人次")


def test_reading_in_leaves_one_row_in_the_log(cast: Cast, document: Document) -> None:
    (row,) = rows("documents.received")

    assert (row.actor_id, row.organisation_id) == (cast.office_of_xiaoshan.pk, cast.xiaoshan.pk)
    assert row.changes["proposals"] == len(QUOTES)
    assert row.changes["sha256"] == document.sha256


def test_the_same_file_is_refused_naming_the_first(cast: Cast, document: Document) -> None:
    before = stored()

    with pytest.raises(ValidationError, match=TITLE):
        receive(cast.xiaoshan, name="another name.txt")

    assert stored() == before


def test_the_day_of_the_first_is_the_readers_day(cast: Cast, time_machine) -> None:
    time_machine.move_to("2026-05-01 17:30+00:00")
    receive(cast.xiaoshan)

    with pytest.raises(ValidationError, match="2026-05-02"):
        receive(cast.xiaoshan)


def test_another_unit_may_read_the_same_file_in(cast: Cast, document: Document) -> None:
    assert receive(cast.yuhang).pk != document.pk


def test_a_text_without_a_title_goes_by_the_name_of_its_file(cast: Cast) -> None:
    assert receive(cast.xiaoshan, "做好服务。\n", name="一页.txt").title == "一页.txt"


def test_a_title_and_a_name_longer_than_a_field_are_cut(cast: Cast) -> None:
    found = receive(cast.xiaoshan, "做好服务。\n", name="长" * 400)

    assert found.title == "长" * 300


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.txt", FIRST.encode("gb18030"), "The file is text in GB18030 (GBK), not UTF-8 text, DOCX or PDF"),
        ("a.txt", b"", "The submitted file is empty."),
        ("a.txt", b" \n\n ", "The document holds no text."),
        ("a.docx", b"PK\x03\x04 no more", "The document is damaged and cannot be opened"),
        ("a.txt", b"x" * (6 * 1024 * 1024), "The file is larger than 5 MB."),
    ],
    ids=["gb18030", "empty", "blank", "damaged", "large"],
)
def test_a_file_that_cannot_be_read_is_refused_beside_its_field_and_leaves_nothing(
    cast: Cast, office, name: str, content: bytes, said: str
) -> None:
    answer = send(office, name, content)

    assert answer.status_code == 422
    (error,) = answer.context["form"].errors["file"]
    assert said in error
    assert set(answer.context["form"].errors) == {"file"}
    assert "choose it once more" in answer.text
    assert stored() == (0, 0, 0, 0, 0)


def test_a_file_is_read_in_through_the_page_and_its_document_shown(cast: Cast, office) -> None:
    answer = send(office, "方案.txt", FIRST.encode())

    document = Document.objects.get()
    assert answer.url == f"/documents/{document.pk}/"
    assert (document.organisation, document.file.name) == (cast.xiaoshan, "方案.txt")
    again = send(office, "方案.txt", FIRST.encode())
    assert again.status_code == 422
    assert TITLE in again.text
    assert stored() == (1, CLAUSES, len(QUOTES), 1, 1)


def test_the_action_refuses_what_it_cannot_read_too(cast: Cast) -> None:
    with pytest.raises(DocumentRefused):
        receive_document(cast.xiaoshan, actor=None, name="a", content=b"", genre="policy")

    assert stored() == (0, 0, 0, 0, 0)


def test_a_sort_of_text_that_does_not_exist_leaves_nothing(cast: Cast) -> None:
    with pytest.raises(ValidationError):
        receive(cast.xiaoshan, genre="poem")

    assert stored() == (0, 0, 0, 0, 0)


def test_a_revision_names_what_it_revises(cast: Cast, document: Document, office) -> None:
    answer = send(office, "新.txt", SECOND.encode(), revises=document.pk)

    newer = Document.objects.latest("pk")
    assert answer.url == f"/documents/{newer.pk}/"
    assert newer.revises == document
    assert rows("documents.received")[-1].changes["revises"] == TITLE


def test_a_document_is_revised_once(cast: Cast, document: Document, office) -> None:
    receive(cast.xiaoshan, SECOND, revises=document)
    before = stored()

    with pytest.raises(ValidationError, match="was revised already"):
        receive(cast.xiaoshan, SECOND + "又一段。", revises=document)
    offered = office.get(NEW).context["form"].fields["revises"].queryset

    assert stored() == before
    assert document not in offered
    assert offered.count() == 1


def test_a_document_is_revised_by_its_own_unit_alone(cast: Cast, document: Document) -> None:
    before = stored()

    with pytest.raises(ValidationError, match="by the unit that keeps it"):
        receive(cast.hangzhou, SECOND, revises=document)

    assert stored() == before


def test_a_document_is_opened_to_the_units_below_and_closed_again(
    cast: Cast, document: Document, office
) -> None:
    address = f"/documents/{document.pk}/publish/"

    for sent, expected in (("yes", True), ("yes", True), ("no", False)):
        assert office.post(address, {"published": sent}).url == f"/documents/{document.pk}/"
        document.refresh_from_db()
        assert document.is_published is expected

    assert [len(rows(verb)) for verb in ("documents.published", "documents.withdrawn")] == [1, 1]


def test_whoever_may_not_change_plans_reads_nothing_in_and_opens_nothing(
    cast: Cast, document: Document
) -> None:
    with pytest.raises(PermissionDenied):
        receive(cast.xiaoshan, SECOND, actor=cast.viewer_of_xiaoshan)
    with pytest.raises(Http404):
        receive(cast.xiaoshan, SECOND, actor=cast.office_of_yuhang)
    with pytest.raises(PermissionDenied):
        publish_document(document, actor=cast.viewer_of_xiaoshan, is_published=True)

    assert not Document.objects.exclude(pk=document.pk).exists()
