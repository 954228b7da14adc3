from __future__ import annotations

import pytest
from django.urls import reverse
from tests.cast import Cast

from tongxin.workforce.models import (
    Agreement,
)


@pytest.mark.parametrize(
    ("user", "status"),
    [
        ("reporter_of_alpha", 200),
        ("reviewer_of_xiaoshan", 200),
        ("viewer_of_xiaoshan", 403),
        ("office_of_hangzhou", 200),
        ("reporter_of_beta", 404),
        ("office_of_yuhang", 404),
        ("stranger", 404),
        ("system_administrator", 403),
    ],
)
def test_single_records_of_an_enterprise_open_to_who_sees_more_than_figures(visit, cast: Cast, user, status):
    response = visit(user, reverse("enterprise_records", args=[cast.alpha.code]))

    assert response.status_code == status
    if status == 200:
        assert ("Add" in response.content.decode()) is (user != "reviewer_of_xiaoshan")


def test_an_agreement_is_recorded_and_taken_back_by_page(visit, cast: Cast):
    address = reverse("new_enterprise_record", args=[cast.alpha.code, "agreement"])
    given = {"kind": "skill_pay", "on": "2025-03-01", "expires_on": "2028-02-29", "n_covered": "1200"}
    assert visit("reporter_of_alpha", address).status_code == 200
    assert visit("viewer_of_xiaoshan", address).status_code == 403
    assert visit("reporter_of_beta", address).status_code == 404

    page = visit("reporter_of_alpha", address, given, follow=True).content.decode()

    assert "1,200 workers covered" in page
    record = Agreement.objects.get()
    removal = reverse("remove_enterprise_record", args=[cast.alpha.code, "agreement", record.pk])
    assert visit("reporter_of_alpha", removal).status_code == 200
    assert visit("reporter_of_alpha", removal, {}).status_code == 302
    assert not Agreement.objects.exists()


@pytest.mark.parametrize(
    ("kind", "given", "words"),
    [
        ("congress", {"on": "2026-01-20", "n_delegates": "60", "n_worker_delegates": "38"}, "60 delegates"),
        (
            "insurance",
            {"on": "2026-06-30", "n_workers": "130", "n_insured": "128"},
            "128 of 130 workers insured",
        ),
        ("activity", {"on": "2026-05-01", "kind": "lecture", "n_attended": "60"}, "60 attended"),
    ],
)
def test_the_other_records_are_shown_in_words(visit, cast: Cast, kind, given, words):
    address = reverse("new_enterprise_record", args=[cast.alpha.code, kind])

    page = visit("reporter_of_alpha", address, given, follow=True).content.decode()

    assert words in page
