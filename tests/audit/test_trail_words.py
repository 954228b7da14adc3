"""States, steps and fields stand in the log as codes; its page has words for them."""

from __future__ import annotations

import pytest
from django.utils import translation

from tongxin.audit.models import LogEntry
from tongxin.organisations.trail_labels import show_entries


@pytest.mark.parametrize(
    ("target", "changes", "expected"),
    [
        ("plans.task", {"state": ["assigned", "under_way"]}, ("state", "assigned", "under way")),
        ("plans.report", {"state": ["draft", "returned"]}, ("state", "draft", "returned")),
        ("supervision.supervisionorder", {"state": [None, "issued"]}, ("state", "", "issued")),
        ("", {"steps": {"due_soon": 2, "circulation": 1}}, ("steps", "", "due soon: 2, circulated: 1")),
        # No table of ours: the code stays.
        ("elsewhere.thing", {"state": "odd"}, ("state", "", "odd")),
        ("plans.nothing", {"state": "odd"}, ("state", "", "odd")),
    ],
)
def test_codes_are_said_in_words(db, target: str, changes: dict, expected: tuple[str, str, str]):
    with translation.override("en"):
        (shown,) = show_entries([LogEntry(action="tasks.changed", target_type=target, changes=changes)])

    (change,) = shown.changes
    assert (change.name, change.before, change.after) == expected
