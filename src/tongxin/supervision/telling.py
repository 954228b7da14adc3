"""Telling of the steps that were made: one message for each unit and kind, however many its tasks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from hashlib import sha256
from typing import Any

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation

from tongxin.notices.actions import notify, post_to_webhooks
from tongxin.notices.queries import units_with_webhooks
from tongxin.notices.readers import Readers, readers_of
from tongxin.organisations.access import Action
from tongxin.organisations.context import with_query
from tongxin.organisations.models import Organisation
from tongxin.plans.models import TaskUnit
from tongxin.supervision.models import Step
from tongxin.supervision.texts import joined, load_texts, say

CHUNK = 500
MOST_NAMED = 10
"""A message names so many tasks; the page has them all."""
LONGEST_TITLE, LONGEST_TEXT = 200, 4000
Kind = Step.Kind
DECIDE = {Kind.REVIEW, Kind.ESCALATION}
"""What goes to those who decide on reports; all else goes to those who write them."""


@dataclass
class Letter:
    """What is told to one unit of one kind of step."""

    unit_id: int
    kind: Kind
    action: Action
    steps: list[Step] = field(default_factory=list)


def tell_untold(day: date) -> int:
    """Tell of every step of which nobody was told yet, in chunks; return how many people were told."""
    told = 0
    while chunk := list(
        Step.objects.filter(told_at=None).order_by("pk").values_list("pk", flat=True)[:CHUNK]
    ):
        told += tell(chunk, day)
    return told


@transaction.atomic
def tell(step_ids: Sequence[int], day: date) -> int:
    """Tell of steps in the home's language and note that it was done; of two that do it at once, one does."""
    with translation.override(settings.LANGUAGE_CODE):
        locked = Step.objects.select_for_update(of=("self",), no_key=True).filter(
            pk__in=step_ids, told_at=None
        )
        steps = list(
            locked.select_related("organisation", "task__measure__plan__organisation", "task__organisation")
            .select_related("task__parent__organisation")
            .order_by("pk")
        )
        letters = _letters(steps)
        readers = {
            action: readers_of({each.unit_id for each in letters if each.action is action}, action, day)
            for action in {each.action for each in letters}
        }
        sent = sum(_send(letter, readers[letter.action][letter.unit_id]) for letter in letters)
        _post(letters, readers)
        _note(steps, letters, readers)
    return sent


def _letters(steps: Sequence[Step]) -> list[Letter]:
    leads = _leads_of([step.task_id for step in steps])
    found: dict[tuple[int, str, Action], Letter] = {}
    for step in steps:
        for unit_id, action in _audience(step, leads.get(step.task_id, [])):
            kind = Kind(step.kind)
            letter = found.setdefault((unit_id, kind, action), Letter(unit_id, kind, action))
            letter.steps.append(step)
    return list(found.values())


def _leads_of(task_ids: Iterable[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    leads = TaskUnit.objects.filter(
        task__in=list(task_ids), part=TaskUnit.Part.LEAD, organisation__isnull=False
    )
    for task_id, unit_id in leads.order_by("pk").values_list("task_id", "organisation_id"):
        if unit_id is not None:
            found[task_id].append(unit_id)
    return found


def _audience(step: Step, leads: Sequence[int]) -> list[tuple[int, Action]]:
    """Return the units that a step is told to, and to whom of them, each once."""
    task = step.task
    above = [task.decided_by.pk, *([task.organisation.parent_id] if task.organisation.parent_id else [])]
    doing = [(pk, Action.REPORT_PROGRESS) for pk in [task.organisation_id, *leads]]
    deciding = [(pk, Action.REVIEW_PROGRESS) for pk in above]
    if step.kind == Kind.REVIEW:
        found = [(step.organisation_id, Action.REVIEW_PROGRESS)]
    elif step.kind == Kind.ESCALATION:
        found = deciding
    elif step.kind == Kind.CIRCULATION:
        found = [*doing, *deciding]
    else:
        found = doing
    return list(dict.fromkeys(found))


def _send(letter: Letter, readers: Readers) -> int:
    return notify(
        readers.users,
        **_said(letter, readers),
        key=_key(letter),
        organisation=readers.unit,
    )


def _post(letters: Sequence[Letter], readers: Mapping[Action, Mapping[int, Readers]]) -> None:
    """Post the letters of units with webhooks; what goes to two sorts of people there is posted once."""
    posting = units_with_webhooks({letter.unit_id for letter in letters})
    for letter in letters:
        if letter.unit_id in posting:
            unit = readers[letter.action][letter.unit_id].unit
            # The chat group is the unit's own, whether or not anybody holds a role there.
            said = _said(letter, Readers(unit))
            post_to_webhooks([unit], **said, key=_key(letter))


def _key(letter: Letter) -> str:
    """Return what a letter is known by: who both reports and decides at a unit is told the same but once."""
    steps = sha256("|".join(step.key for step in letter.steps).encode()).hexdigest()[:24]
    return f"supervision:{letter.kind}:{letter.unit_id}:{steps}"


def _said(letter: Letter, readers: Readers) -> dict[str, str]:
    title, text = _words(letter, readers)
    return {
        "kind": f"supervision.{letter.kind}",
        "title": title[:LONGEST_TITLE],
        "text": text[:LONGEST_TEXT],
        "link": _link(letter, readers.unit),
    }


def _words(letter: Letter, readers: Readers) -> tuple[str, str]:
    texts = load_texts()
    count = len(letter.steps)
    lines = [step.text for step in letter.steps[:MOST_NAMED]]
    if count > MOST_NAMED:
        lines.append(say(texts["more"], {"count": count - MOST_NAMED}))
    if readers.above is not None:
        lines.append(say(texts["nobody_there"], {"unit": readers.unit.name}))
    title = letter.steps[0].title if count == 1 else say(texts["several"][letter.kind], {"count": count})
    return title, joined(lines)


def _link(letter: Letter, unit: Organisation) -> str:
    if len(letter.steps) == 1:
        return reverse("task_supervision", args=[letter.steps[0].task_id])
    shown = {Kind.ESCALATION: "overdue", Kind.CIRCULATION: "overdue", Kind.REMINDER: ""}
    return with_query(reverse("supervision"), at=unit.code, kind=shown.get(letter.kind, str(letter.kind)))


def _note(
    steps: Sequence[Step], letters: Sequence[Letter], readers: Mapping[Action, Mapping[int, Readers]]
) -> None:
    people: dict[int, set[int]] = defaultdict(set)
    for letter in letters:
        reached: Any = readers[letter.action][letter.unit_id]
        for step in letter.steps:
            people[step.pk] |= {user.pk for user in reached.users}
            if letter.unit_id == step.organisation_id and reached.above:
                step.told_above = reached.above
    alike: dict[tuple[int, int | None], list[int]] = defaultdict(list)
    for step in steps:
        alike[len(people[step.pk]), step.told_above_id].append(step.pk)
    for (count, above), pks in alike.items():
        Step.objects.filter(pk__in=pks).update(told_at=timezone.now(), n_told=count, told_above=above)
