"""What documents and tasks are found by."""

from __future__ import annotations

from tests.cast import Cast
from tests.plans.builders import begin, enter, measure_of, proposal_of, receive
from tests.plans.texts import CLAUSES, SECOND

from tongxin.plans.models import Document
from tongxin.plans.proposal_actions import accept_proposal
from tongxin.plans.searching import index_document, index_missing, index_task
from tongxin.plans.task_actions import change_task
from tongxin.search.models import SearchEntry
from tongxin.search.queries import find, find_keys


def kinds(query: str) -> list[str]:
    return sorted(kind for kind, _ in find_keys(query))


def test_a_document_is_found_by_its_head_and_each_clause_by_its_words(cast: Cast, document: Document) -> None:
    assert kinds("劳模宣讲") == ["clause", "document"]
    assert kinds("萧工发〔2026〕3号") == ["clause", "document"]
    (hit,) = find("萧工发", kinds=["document"]).hits
    assert hit.is_in_title
    assert (hit.entry.organisation_id, hit.entry.place) == (cast.xiaoshan.pk, cast.xiaoshan.path)
    assert SearchEntry.objects.filter(kind="clause").count() == CLAUSES


def test_a_revision_is_found_beside_what_it_revises(document: Document) -> None:
    receive(document.organisation, SECOND, revises=document)

    assert kinds("劳模宣讲") == ["clause", "clause", "document", "document"]
    assert kinds("8000人次") == ["clause", "document"]


def test_a_task_is_found_by_its_title_what_it_brings_and_who_is_named(document, plan) -> None:
    made = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    own = enter(plan, "走访企业", lead=["龙门吊协会"], support=["区总工会"], deliverable="走访记录")
    for each in (made, own):
        index_task(each)

    def found(query: str) -> list[int]:
        return [key for _, key in find_keys(query, kinds=["task"])]

    assert found("每年举办劳模宣讲20场以上") == [made.pk]
    for query in ("走访企业", "走访记录", "龙门吊", "龍門吊協會 走訪"):
        assert found(query) == [own.pk]
    (hit,) = find("走访企业", kinds=["task"]).hits
    assert hit.is_in_title


def test_a_task_is_not_found_by_the_words_of_a_document_that_it_only_cites(document, plan) -> None:
    """Whoever sees the task need not read the document: its words are found as a clause, by those who do."""
    task = accept_proposal(proposal_of(document, "20场"), actor=None, measure=measure_of(plan))
    change_task(task, actor=None, measure=task.measure, lead=[], support=[], title="走访企业")

    assert kinds("劳模宣讲20场") == ["clause", "document"]


def test_a_home_from_before_is_indexed_once(cast: Cast, document: Document, plan) -> None:
    enter(plan, "龙门吊")
    SearchEntry.objects.all().delete()

    assert index_missing() >= 2
    assert kinds("龙门吊") == ["task"]
    assert kinds("劳模宣讲") == ["clause", "document"]
    assert index_missing() == 0


def test_indexing_again_changes_nothing(document: Document) -> None:
    before = sorted(find_keys("宣讲"))

    index_document(document)

    assert sorted(find_keys("宣讲")) == before


def test_a_document_of_a_unit_outside_the_tree_is_found_too(cast: Cast) -> None:
    type(cast.xiaoshan).objects.filter(pk=cast.haishu.pk).update(path=None)
    cast.haishu.refresh_from_db()

    index_document(receive(cast.haishu))

    (hit,) = find("劳模宣讲", kinds=["document"]).hits
    assert hit.entry.place == f"{cast.haishu.pk}/"
    assert begin(cast.haishu).pk
