"""Finding entries: the same answers on either database."""

from __future__ import annotations

from datetime import timedelta

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q

from tongxin.audit.models import LogEntry
from tongxin.search.actions import Text, drop, drop_many, put, put_many
from tongxin.search.compute import reindex
from tongxin.search.models import SearchEntry
from tongxin.search.queries import count_by_kind, find, find_hits, find_keys, targets_of

pytestmark = pytest.mark.django_db

HOSTILE = [
    "",
    "   ",
    "，。！？……",
    "*",
    "**",
    '"',
    '""',
    '"技师',
    "'",
    "';--",
    "NEAR(",
    "NEAR(技师 维权, 5)",
    "NOT",
    "技师 AND",
    "AND AND",
    "OR OR",
    "title:",
    "{title text} : 技师",
    "^技师",
    "技师 + 维权",
    "-技师",
    "!技师 & | <-> :*",
    "技师:A",
    "\\",
    "%s %(x)s %",
    "_",
    "\0",
    "\ud800",
    "\U0010ffff",
    "(" * 1_000,
    "技" * 10_000,
    "技师 " * 5_000,
    '"' * 10_000,
    " ".join(map(str, range(10_000))),
]


def give(target: int, text: str, *, title: str = "", kind: str = "document", unit: int = 1, place="/33/"):
    return put(kind, target, organisation_id=unit, place=place, title=title, text=text)


def draw(rng: np.random.Generator, characters: str, length: int) -> str:
    return "".join(rng.choice(list(characters), length))


def targets(query: str, **conditions) -> list[int]:
    """Return what is found, which must be all that the index names: nothing was left in it."""
    found = find(query, limit=1000, **conditions)
    keys = [(hit.entry.kind, hit.entry.target_id) for hit in found.hits]
    assert found.total == len(keys)
    assert sorted(keys) == sorted(find_keys(query, **conditions))
    return [target for _, target in keys]


@pytest.fixture
def notices(db: None) -> None:
    give(1, "省总工会组织职业技能竞赛，评选技师。", title="关于举办竞赛的通知")
    give(2, "加强职工维权服务。", title="维权工作要点")
    give(3, "技能提升和竞赛表彰；省里的总工会。", title="表彰")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("技师", {1}),
        ("维权", {2}),
        ("技能竞赛", {1}),
        ("省总工会", {1}),
        ("总工会", {1, 3}),
        ("技能", {1, 3}),
        ("技", {1, 3}),
        ("竞赛 总工会", {1, 3}),
        ("竞赛 维权", set()),
        ("彰省", set()),
        ("技師", {1}),
        ('"表彰 省里"', {3}),
        ("维权服务 要点", {2}),
    ],
)
def test_words_of_two_characters_and_compounds_are_both_found(notices, query, expected):
    assert set(targets(query)) == expected


def test_every_answer_is_that_of_looking_through_all_texts(db):
    rng = np.random.default_rng(4)
    texts = {key: draw(rng, "技师能竞赛工会，", rng.integers(60)) for key in range(120)}
    for key, text in texts.items():
        give(key, text)

    for _ in range(200):
        word = draw(rng, "技师能竞赛工会", rng.integers(1, 6))
        expected = {key for key, text in texts.items() if word in text}
        assert set(targets(word)) == expected, word
        assert find(word, limit=1).total == len(expected), word


@pytest.mark.parametrize("query", HOSTILE)
def test_no_query_does_harm(notices, query):
    found = find(query)

    assert found.total >= len(found.hits)
    assert len(find_keys(query)) == found.total
    assert SearchEntry.objects.count() == 3


@pytest.mark.parametrize("query", ["", "  ", "，。", "*", '""', "\0"])
def test_a_query_without_words_finds_nothing(notices, query):
    assert find(query).total == 0


def test_a_passage_longer_than_a_query_finds_its_text(db):
    passage = draw(np.random.default_rng(1), "技师能竞赛工会维权", 10_000)
    give(1, passage)

    assert targets(passage) == [1]


def test_titles_come_first_then_how_often_then_the_newest(db):
    give(1, "维权。" + "其他内容" * 20)
    give(2, "维权，" * 20)
    give(3, "没有这个词。" * 500, title="维权")
    give(4, "维权。" + "其他内容" * 20)
    for target in range(1, 5):
        entry = SearchEntry.objects.get(target_id=target)
        SearchEntry.objects.filter(pk=entry.pk).update(changed_at=entry.changed_at + timedelta(days=target))

    found = find("维权")

    assert [hit.entry.target_id for hit in found.hits] == [3, 2, 4, 1]
    assert [hit.is_in_title for hit in found.hits] == [True, False, False, False]
    assert found.hits[1].rank > found.hits[2].rank


def test_pages_follow_each_other_and_know_how_many_there_are(db):
    for target in range(7):
        give(target, "技师")

    pages = [find("技师", limit=3, offset=offset) for offset in (0, 3, 6, 9)]

    assert [[hit.entry.target_id for hit in page.hits] for page in pages] == [[6, 5, 4], [3, 2, 1], [0], []]
    assert [page.total for page in pages] == [7, 7, 7, 7]


def test_kinds_and_a_condition_narrow_what_is_found(db):
    give(1, "技师", place="/33/01/")
    give(2, "技师", place="/33/02/", unit=2)
    give(1, "技师", place="/33/01/", kind="task")

    assert find("技师", kinds=["task"]).total == 1
    assert find("技师", kinds=[]).total == 0
    assert targets("技师", within=Q(place__startswith="/33/02/")) == [2]
    assert targets("技师", within=Q(organisation_id__in=[2, 3]) | Q(kind="none")) == [2]
    assert find("技师", within=Q(pk__in=[])).total == 0
    assert find_keys("技师", kinds=["document"], within=Q(organisation_id=1)) == [("document", 1)]


def test_a_snippet_shows_the_word_where_it_stands(db):
    give(1, "开头" * 100 + "評選技師，表彰技師。" + "结尾" * 100, title="技師工作")

    (hit,) = find("技师").hits

    assert [hit.entry.title[start:end] for start, end in hit.title_marks] == ["技師"]
    assert [hit.snippet.text[start:end] for start, end in hit.snippet.marks] == ["技師", "技師"]
    assert len(hit.snippet.text) == 120
    assert (hit.snippet.is_cut_before, hit.snippet.is_cut_after) == (True, True)


def test_a_snippet_begins_the_text_where_only_the_title_says_the_word(db):
    give(1, "正文。", title="技师")

    (hit,) = find("技师").hits

    assert (hit.snippet.text, hit.snippet.marks) == ("正文。", ())
    assert (hit.snippet.is_cut_before, hit.snippet.is_cut_after) == (False, False)


def test_an_entry_that_is_put_again_is_found_by_what_it_says_now(db):
    first = give(1, "技师", title="通知")
    second = give(1, "维权", title="公告", unit=5, place="/33/05/")

    assert second.pk == first.pk
    assert (targets("技师"), targets("通知"), targets("维权"), targets("公告")) == ([], [], [1], [1])
    assert SearchEntry.objects.get().place == "/33/05/"


def test_a_dropped_entry_is_found_no_more_and_may_be_dropped_again(notices):
    drop("document", 1)
    drop("document", 1)

    assert targets("技师") == []
    assert targets("维权") == [2]
    assert not SearchEntry.objects.filter(target_id=1).exists()


def test_what_a_caller_takes_back_is_not_found(notices):
    with transaction.atomic():
        give(1, "改写")
        drop("document", 2)
        give(9, "技师")
        transaction.set_rollback(True)

    assert (targets("改写"), targets("技师"), targets("维权")) == ([], [1], [2])


def test_the_log_is_the_callers_own(notices):
    assert not LogEntry.objects.exists()


def test_an_entry_without_a_place_is_refused_since_no_right_would_reach_it(db):
    with pytest.raises(ValidationError, match="place"):
        give(1, "技师", place="")


def test_characters_that_no_database_keeps_do_no_harm(db):
    give(1, "技师\0维权\ud800竞赛")

    (hit,) = find("维权").hits

    assert hit.entry.text == "技师\ufffd维权\ufffd竞赛"


def test_a_text_with_more_grams_than_a_vector_holds_is_found_exactly(db):
    many = "".join(map(chr, np.random.default_rng(2).integers(0x4E00, 0x9FA0, 250_000).tolist()))
    give(1, f"{many}技师{'工会' * 300}维权{many[:1000]}abcd")
    give(2, "技能")

    assert targets(many[200_000:200_006]) == [1]
    assert (targets("工会维权"), targets("师工会"), targets("abc")) == ([1], [1], [1])
    assert (targets("维权工会"), targets("bcd")) == ([], [])


def test_words_longer_than_a_gram_are_compared_to_their_end(db):
    give(1, "x" * 150 + "y")
    give(2, "x" * 150 + "z")

    assert targets("x" * 150 + "z") == [2]
    assert find("x" * 150 + "z").total == 1
    assert set(targets("x" * 120)) == {1, 2}


def test_a_rare_character_of_a_name_is_found(db):
    give(1, "王𬭎同志")

    assert (targets("𬭎"), targets("王𬭎"), targets("𬭎同志")) == ([1], [1], [1])


def test_an_index_made_anew_answers_as_before(notices):
    before = [targets(word) for word in ("技师", "维权", "技能竞赛", "表彰")]

    assert reindex() == 3
    assert [targets(word) for word in ("技师", "维权", "技能竞赛", "表彰")] == before
    give(1, "改写")
    assert (targets("技师"), targets("改写")) == ([], [1])


def test_an_index_made_anew_repairs_what_was_written_past_the_actions(notices):
    SearchEntry.objects.filter(target_id=1).update(text="另一篇", normal_text="?")
    SearchEntry.objects.filter(target_id=2).delete()

    reindex()

    assert (targets("技师"), targets("另一篇"), targets("维权")) == ([], [1], [])


def test_what_an_index_names_but_the_text_does_not_say_is_not_shown(notices):
    SearchEntry.objects.filter(target_id=1).update(title="", normal_title="", normal_text="", text="")

    assert find("技师").hits == ()


def test_many_are_found_as_if_each_had_been_given_by_itself(db):
    texts = [Text(target, f"第{target}号", f"技能竞赛{target}") for target in range(2_500)]
    put_many("clause", iter(texts), organisation_id=1, place="/33/")

    assert find("技能竞赛").total == 2_500
    assert [hit.entry.target_id for hit in find("竞赛1234").hits] == [1234]
    assert [hit.entry.target_id for hit in find("第7号").hits] == [7]


def test_many_given_again_are_found_by_what_they_say_now(db):
    put_many("clause", [Text(1, "", "旧文"), Text(2, "", "旧文")], organisation_id=1, place="/33/")
    give(1, "旧文", kind="document")

    put_many("clause", [Text(1, "", "新文")], organisation_id=1, place="/33/")

    assert {*find_keys("旧文")} == {("clause", 2), ("document", 1)}
    assert find_keys("新文") == [("clause", 1)]


def test_none_of_many_is_no_error(db):
    put_many("clause", [], organisation_id=1, place="")
    drop_many("clause", [])

    assert not SearchEntry.objects.exists()


def test_many_without_a_place_are_refused(db):
    with pytest.raises(ValidationError):
        put_many("clause", [Text(1, "", "技师")], organisation_id=1, place="")

    assert not SearchEntry.objects.exists()


def test_many_are_dropped_at_once_and_the_others_stay(db):
    put_many("clause", [Text(each, "", "技师") for each in range(1, 5)], organisation_id=1, place="/33/")

    drop_many("clause", iter([2, 3, 99]))

    assert {*find_keys("技师")} == {("clause", 1), ("clause", 4)}
    assert list(targets_of("clause").order_by("target_id")) == [1, 4]


def test_hits_are_counted_by_kind_within_what_may_be_seen(db):
    for target, (kind, unit) in enumerate([("document", 1), ("clause", 1), ("clause", 1), ("clause", 2)]):
        give(target, "技师维权", kind=kind, unit=unit)
    within = Q(organisation_id=1)

    assert count_by_kind("技师", kinds=["document", "clause", "task"]) == {"document": 1, "clause": 3}
    assert count_by_kind("技师", kinds=["clause"], within=within) == {"clause": 2}
    assert count_by_kind("，", kinds=["clause"]) == {}
    assert find_hits("，", kinds=["clause"], limit=5) == ()


def test_hits_without_a_count_are_those_of_find(db):
    for target in range(7):
        give(target, "技师维权")

    assert find_hits("技师", kinds=["document"], limit=3, offset=2) == find("技师", limit=3, offset=2).hits


@pytest.mark.parametrize("place", [0, 19_990, 19_999, 20_000, 21_995, 45_000])
def test_a_word_far_in_a_long_text_is_in_the_passage(db, place):
    text = "工" * place + "技能竞赛" + "作" * 60_000
    give(1, text)

    (hit,) = find("技能竞赛").hits

    ((start, end),) = hit.snippet.marks
    assert hit.snippet.text[start:end] == "技能竞赛"
    assert hit.snippet.is_cut_before == (place > 30)
    assert hit.snippet.is_cut_after
