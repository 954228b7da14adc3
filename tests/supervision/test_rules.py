"""How a plan is supervised is changed by its unit, within what makes sense."""

from __future__ import annotations

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction
from tests.plans.builders import rows
from tests.supervision.builders import DAYS, set_rule

from tongxin.supervision.actions import change_rule
from tongxin.supervision.models import Step, SupervisionRule
from tongxin.supervision.queries import rule_of
from tongxin.supervision.texts import PLACEHOLDERS, check_text, default_text, load_texts


def test_a_rule_is_made_with_defaults_when_it_is_first_changed(world):
    world.plan.supervision_rule.delete()
    found = rule_of(world.plan)
    assert (found.pk, found.due_soon_days, found.is_active) == (None, 5, True)

    rule = set_rule(world.plan, due_soon_days=7)

    assert rule_of(world.plan) == rule
    assert rule.due_soon_days == 7


def test_a_change_is_recorded_with_what_was_before(world):
    set_rule(world.plan, remind_every=4)

    row = rows("supervision.rule_changed")[-1]
    assert row.changes == {"remind_every": [3, 4]}
    assert row.organisation_id == world.cast.hangzhou.pk


def test_saving_without_a_change_records_nothing(world):
    before = len(rows("supervision.rule_changed"))

    set_rule(world.plan)

    assert len(rows("supervision.rule_changed")) == before


def test_a_placeholder_that_stands_for_nothing_is_refused_with_those_that_there_are(world):
    with pytest.raises(ValidationError) as refused:
        set_rule(world.plan, texts={"overdue": "请{leader}办理{task}"})

    assert refused.value.message_dict == {
        "text_overdue": [
            "{leader} stands for nothing. Known are: {task} {unit} {due} {days} {plan} {decider}."
        ]
    }
    assert rule_of(world.plan).texts == {}


@pytest.mark.parametrize("text", ["{task", "task}", "{{task}}", "{task.measure}", "{0}", "{}", "{task!r}"])
def test_what_is_no_plain_placeholder_is_refused(text):
    with pytest.raises(ValidationError):
        check_text(text)


def test_the_usual_words_are_not_kept_as_the_plans_own(world):
    rule = set_rule(world.plan, texts={"overdue": default_text("overdue"), "stalled": "  ", "review": "请审"})

    assert rule.texts == {"review": "请审"}


def test_the_file_has_every_kind_in_both_languages_with_known_placeholders_alone():
    texts = load_texts()

    assert set(texts["kinds"]) == set(texts["several"]) == set(Step.Kind.values)
    for kind in texts["kinds"].values():
        for entry in (kind["title"], kind["text"]):
            assert set(entry) == {"zh", "en"}
            for text in entry.values():
                check_text(text)
    assert texts["version"] == 1
    assert texts["valid_from"].isoformat() == "2026-01-01"
    assert len(PLACEHOLDERS) == 6


def test_nothing_is_circulated_before_it_is_escalated(world):
    with pytest.raises(ValidationError) as refused:
        set_rule(world.plan, escalate_after=9, circulate_after=8)

    assert refused.value.message_dict == {
        "circulate_after": ["A task is circulated after 8 days, before it is escalated (9)."]
    }
    with pytest.raises(IntegrityError), transaction.atomic():
        SupervisionRule.objects.update(escalate_after=9, circulate_after=8)


@pytest.mark.parametrize("days", [0, 251])
def test_spans_without_sense_are_refused(world, days):
    with pytest.raises(ValidationError):
        set_rule(world.plan, due_soon_days=days)


def test_the_rule_is_the_office_of_the_plans_to_change(world):
    for user in (world.cast.office_of_xiaoshan, world.cast.reviewer_of_xiaoshan):
        with pytest.raises(Exception) as refused:  # noqa: PT011  # hidden and forbidden are both no
            change_rule(world.plan, actor=user, texts={}, is_active=True, **DAYS)
        assert isinstance(refused.value, PermissionDenied) or refused.typename == "Http404"

    change_rule(world.plan, actor=world.cast.office_of_province, texts={}, is_active=False, **DAYS)
    assert not rule_of(world.plan).is_active
