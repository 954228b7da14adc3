from __future__ import annotations

from datetime import date

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404
from tests.cast import Cast

from tongxin.audit.models import LogEntry
from tongxin.workforce import enterprise_actions as actions
from tongxin.workforce.models import Agreement

ON = date(2025, 3, 1)
ADD = {
    "agreement": (
        actions.sign_agreement,
        {"kind": "skill_pay", "expires_on": date(2028, 2, 29), "n_covered": 120},
    ),
    "workerscongress": (actions.hold_congress, {"n_delegates": 40, "n_worker_delegates": 25}),
    "insurancecover": (actions.report_insurance, {"n_workers": 130, "n_insured": 128}),
    "activity": (actions.hold_activity, {"kind": "lecture", "title": "宣讲", "n_attended": 60}),
}


@pytest.mark.parametrize("kind", ADD)
def test_a_record_of_an_enterprise_is_kept_once_by_its_own_reporter(cast: Cast, kind):
    add, values = ADD[kind]

    record = add(cast.alpha, actor=cast.reporter_of_alpha, on=ON, **values)

    assert {name: getattr(record, name) for name in values} == values
    entry = LogEntry.objects.get(action="records.added")
    assert (entry.organisation_id, entry.changes["record"]) == (cast.alpha.pk, kind)
    with pytest.raises(ValidationError):
        add(cast.alpha, actor=cast.reporter_of_alpha, on=ON, **values)
    with pytest.raises(ValidationError):
        add(cast.alpha, actor=cast.reporter_of_alpha, on=date(2999, 1, 1), **values)
    with pytest.raises(ValidationError):
        add(cast.chengxiang, actor=None, on=ON, **values)
    with pytest.raises(Http404):
        add(cast.beta, actor=cast.reporter_of_alpha, on=ON, **values)
    with pytest.raises(PermissionDenied):
        add(cast.alpha, actor=cast.reviewer_of_xiaoshan, on=ON, **values)


@pytest.mark.parametrize(
    ("add", "values", "field"),
    [
        (actions.sign_agreement, {"kind": "peace"}, "kind"),
        (actions.sign_agreement, {"kind": "wage", "expires_on": ON}, "__all__"),
        (actions.hold_congress, {"n_delegates": 10, "n_worker_delegates": 11}, "n_worker_delegates"),
        (actions.report_insurance, {"n_workers": 10, "n_insured": 11}, "n_insured"),
        (actions.hold_activity, {"kind": "party"}, "kind"),
    ],
)
def test_the_impossible_is_refused(cast: Cast, add, values, field):
    with pytest.raises(ValidationError) as refusal:
        add(cast.alpha, actor=cast.reporter_of_alpha, on=ON, **values)

    assert field in refusal.value.message_dict


def test_a_record_entered_by_mistake_is_taken_back(cast: Cast):
    add, values = ADD["agreement"]
    record = add(cast.alpha, actor=None, on=ON, **values)
    with pytest.raises(Http404):
        actions.remove_enterprise_record(record, actor=cast.reporter_of_beta)

    actions.remove_enterprise_record(record, actor=cast.reporter_of_alpha)

    assert not Agreement.objects.exists()
    assert LogEntry.objects.get(action="records.removed").changes["n_covered"] == [120, None]
