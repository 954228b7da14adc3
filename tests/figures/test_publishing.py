from __future__ import annotations

import pytest

from tongxin.analytics.definitions import DefinitionError
from tongxin.figures.actions import publish_definitions, starter_catalogue
from tongxin.figures.items import publish_items, starter_items
from tongxin.figures.models import DefinitionVersion
from tongxin.figures.queries import documents_of, published_text

pytestmark = pytest.mark.django_db
HEADCOUNT = """
code: people
valid_from: 2024-01-01
value: {count: workers, where: "worker.employed", at: period_end}
"""


def test_the_starter_catalogue_has_twenty_indicators_and_more_over_all_five_dimensions():
    publish_items(starter_items())

    published = publish_definitions(starter_catalogue())

    assert len(published) >= 20
    text = published_text()
    for dimension in ("guidance", "contribution", "competence", "standing", "ranks"):
        assert f"dimension: {dimension}\n" in text


def test_a_published_version_is_kept_as_it_was_written():
    publish_definitions(HEADCOUNT)

    assert DefinitionVersion.objects.get().body == HEADCOUNT.strip()
    assert documents_of(published_text()) == [HEADCOUNT.strip()]


def test_publishing_the_same_text_again_changes_nothing():
    publish_definitions(HEADCOUNT)

    assert publish_definitions(HEADCOUNT + "# a remark is no change\n") == []
    assert DefinitionVersion.objects.count() == 1


def test_a_published_version_cannot_change():
    publish_definitions(HEADCOUNT)

    with pytest.raises(ValueError, match="people@2024-01-01 is published and cannot change"):
        publish_definitions(HEADCOUNT.replace("worker.employed", "worker.employed && worker.is_member"))

    assert "is_member" not in published_text()


def test_a_new_version_stands_beside_the_old_one():
    publish_definitions(HEADCOUNT)

    publish_definitions(HEADCOUNT.replace("2024-01-01", "2026-01-01"))

    assert [str(each) for each in DefinitionVersion.objects.all()] == [
        "people@2024-01-01",
        "people@2026-01-01",
    ]


def test_of_a_text_with_a_fault_nothing_is_published():
    with pytest.raises(DefinitionError) as raised:
        publish_definitions(
            HEADCOUNT + "---\n" + HEADCOUNT.replace("people", "others").replace("employed", "employd")
        )

    assert "employed" in str(raised.value)
    assert not DefinitionVersion.objects.exists()


def test_documents_are_separated_as_yaml_separates_them():
    assert documents_of('a: "--- no separator"\n---\nb: 2\n') == ['a: "--- no separator"', "b: 2"]
