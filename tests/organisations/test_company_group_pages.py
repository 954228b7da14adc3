"""The pages of group companies: what a unit's page says, and taking members in and letting them leave."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from tests.cast import OPENED, Cast
from tests.clients import client_of

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.codes.credit_codes import complete_credit_code
from tongxin.organisations.actions import create_organisation
from tongxin.organisations.company_group_actions import join_group, leave_group
from tongxin.organisations.company_groups import members_under
from tongxin.organisations.models import Organisation

FIRST, LATER = date(2024, 1, 1), date(2025, 7, 1)


def found_group(parent: Organisation, inner: str = "91330100MA2CAXT0H") -> Organisation:
    return create_organisation(
        actor=None,
        code=complete_credit_code(inner),
        level="group",
        name_zh="同心示例集团",
        name_en="Sample Group",
        parent=parent,
        opened_on=OPENED,
    )


@pytest.fixture
def group(cast: Cast) -> Organisation:
    """A group of Hangzhou: Alpha belongs to it, Beta has left."""
    found = found_group(cast.hangzhou)
    join_group(cast.alpha, actor=None, group=found, on=FIRST)
    join_group(cast.beta, actor=None, group=found, on=FIRST)
    leave_group(cast.beta, actor=None, on=LATER)
    return found


def path_of(route: str, unit: Organisation) -> str:
    return reverse(route, args=[unit.code])


def test_the_page_of_a_group_lists_its_members_over_time(cast: Cast, group: Organisation):
    page = client_of(cast.office_of_hangzhou).get(path_of("organisation", group)).content.decode()

    assert page.index(cast.alpha.code) < page.index(cast.beta.code)
    assert "2025-07-01" in page
    assert "Hangzhou City" in page
    assert "Take in a member" in page
    assert "/workers/?at=" not in page


def test_the_page_of_a_member_names_its_groups_and_links_only_what_is_seen(cast: Cast, group: Organisation):
    for_city = client_of(cast.office_of_hangzhou).get(path_of("organisation", cast.beta)).content.decode()
    for_itself = client_of(cast.reporter_of_beta).get(path_of("organisation", cast.beta)).content.decode()

    link = f'href="{path_of("organisation", group)}"'
    assert "Its group company" in for_city
    assert link in for_city
    assert group.name_zh in for_itself or group.name_en in for_itself
    assert link not in for_itself


def test_a_unit_that_cannot_belong_says_nothing_of_groups(cast: Cast, group: Organisation):
    page = client_of(cast.office_of_province).get(path_of("organisation", cast.xiaoshan)).content.decode()

    assert "Its group company" not in page
    assert "Change the group company" not in page


def test_taking_in_shows_what_will_change_and_then_does_it(cast: Cast, group: Organisation):
    client, path = client_of(cast.office_of_hangzhou), path_of("company_group_take_in", group)
    sent = {"member": cast.gamma.code, "on": "2025-01-01"}

    shown = client.post(path, sent).content.decode()
    assert "its people count in the figures of the group" in shown
    assert members_under({group.pk}, LATER) == {cast.alpha.pk}

    done = client.post(path, {**sent, "confirmed": "yes"})
    assert (done.status_code, done.url) == (302, path_of("organisation", group))
    assert members_under({group.pk}, LATER) == {cast.alpha.pk, cast.gamma.pk}
    entry = LogEntry.objects.filter(action="organisations.joined_group").latest("pk")
    assert (entry.actor_name, entry.organisation_id) == ("office_of_hangzhou", cast.gamma.pk)


def test_leaving_is_told_before_it_is_done(cast: Cast, group: Organisation):
    client, path = client_of(cast.office_of_xiaoshan), path_of("company_group", cast.alpha)
    sent = {"group": "", "on": "2026-01-01"}

    shown = client.post(path, sent).content.decode()
    assert "leaves the group" in shown
    assert "no group company" in shown
    assert client.post(path, {**sent, "confirmed": "yes"}).status_code == 302

    assert members_under({group.pk}, date(2026, 1, 1)) == set()


def test_a_member_goes_to_another_group_from_its_own_page(cast: Cast, group: Organisation):
    other = found_group(cast.hangzhou, "91330100MA2CAXT0J")
    client, path = client_of(cast.office_of_hangzhou), path_of("company_group", cast.alpha)

    assert f'value="{group.code}"' in client.get(path).content.decode()
    client.post(path, {"group": other.code, "on": "2026-01-01", "confirmed": "yes"})

    assert members_under({other.pk}) == {cast.alpha.pk}


def test_what_is_refused_stands_beside_its_field_and_nothing_is_done(cast: Cast, group: Organisation):
    client, path = client_of(cast.office_of_province), path_of("company_group_take_in", group)
    before = LogEntry.objects.count()

    circle = client.post(path, {"member": group.code, "on": "2025-01-01"}).content.decode()
    early = client.post(path, {"member": cast.beta.code, "on": "2025-06-30", "confirmed": "yes"})

    assert "no group belongs to itself" in circle
    assert "later change, of 2025-07-01" in early.content.decode()
    assert LogEntry.objects.count() == before


def test_a_group_is_opened_on_the_page_that_opens_units(cast: Cast):
    client, code = client_of(cast.office_of_province), complete_credit_code("91330000MA2CAXT0K")
    sent = {"level": "group", "code": code, "name_zh": "新示例集团", "opened_on": "2025-01-01"}

    done = client.post(path_of("organisation_create", cast.province), sent)

    assert done.status_code == 302
    found = Organisation.objects.get(code=code)
    assert (found.level, found.parent) == ("group", cast.province)
    assert str(found) in client.get(reverse("organisations"), {"level": "group"}).content.decode()


WHO = (
    "office_of_province",
    "office_of_hangzhou",
    "office_of_xiaoshan",
    "office_of_yuhang",
    "viewer_of_xiaoshan",
    "reporter_of_alpha",
    "auditor",
    "stranger",
)


@pytest.mark.parametrize(
    ("route", "name", "statuses"),
    [
        ("organisation", "group", (200, 200, 404, 404, 404, 404, 200, 404)),
        ("company_group_take_in", "group", (200, 200, 404, 404, 404, 404, 403, 404)),
        ("company_group", "group", (200, 200, 404, 404, 404, 404, 403, 404)),
        ("company_group", "alpha", (200, 200, 200, 404, 403, 403, 403, 404)),
        ("company_group", "xiaoshan", (403, 403, 403, 404, 403, 404, 403, 404)),
        ("company_group_take_in", "alpha", (403, 403, 403, 404, 403, 403, 403, 404)),
    ],
)
def test_each_part_opens_what_its_role_allows(
    cast: Cast, group: Organisation, route: str, name: str, statuses: tuple[int, ...]
):
    unit = group if name == "group" else getattr(cast, name)
    users: list[User] = [getattr(cast, each) for each in WHO]

    assert tuple(client_of(user).get(path_of(route, unit)).status_code for user in users) == statuses


def test_the_number_of_queries_does_not_grow_with_the_members(cast: Cast, group: Organisation):
    client, path = client_of(cast.office_of_province), path_of("organisation", group)

    def count() -> int:
        client.get(path)
        with CaptureQueriesContext(connection) as captured:
            client.get(path)
        return len(captured)

    few = count()
    for number in range(8):
        member = create_organisation(
            actor=None,
            code=complete_credit_code(f"91330109MA2CAXQ{number}X"),
            level="enterprise",
            name_zh=f"同心示例{number}厂",
            parent=cast.chengxiang,
            opened_on=OPENED,
        )
        join_group(member, actor=None, group=group, on=FIRST)

    assert count() == few
