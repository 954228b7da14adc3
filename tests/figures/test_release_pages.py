from __future__ import annotations

import pytest
from django.urls import reverse
from tests.clients import client_of
from tests.figures.pages import open_page
from tests.figures.world import World

from tongxin.accounts.models import User
from tongxin.audit.models import LogEntry
from tongxin.figures.queries import read_release
from tongxin.figures.tasks import build_release_task
from tongxin.jobs.models import Job

pytestmark = pytest.mark.django_db
EXPLORER, CATALOGUE, RELEASES = (reverse(name) for name in ("explorer", "catalogue", "releases"))


def test_who_may_build_asks_once_and_waits(world: World):
    client = client_of(world.cast.office_of_province)

    for _ in range(2):
        assert client.post(RELEASES).status_code == 302
    page = client.get(RELEASES).content.decode()

    job = Job.objects.get(kind="figures.release")
    assert reverse("release_progress", args=[job.pk]) in page
    assert "waiting" in client.get(reverse("release_progress", args=[job.pk])).content.decode()


def test_the_page_that_waits_is_loaded_anew_when_the_release_is_there(world: World):
    client = client_of(world.cast.office_of_province)
    job = Job.objects.create(kind="figures.release", argument=1, state=Job.State.DONE, percent=100)

    response = client.get(reverse("release_progress", args=[job.pk]))

    assert response["HX-Refresh"] == "true"
    assert client.get(reverse("release_progress", args=[job.pk + 1])).status_code == 404


@pytest.mark.parametrize(
    ("name", "status"),
    [
        # The top of the tree is hidden from a county; an auditor knows it, and may not build.
        ("office_of_xiaoshan", 404),
        ("viewer_of_xiaoshan", 404),
        ("auditor", 403),
        ("stranger", 403),
        ("system_administrator", 302),
    ],
)
def test_others_cannot_have_a_release_built(world: World, name: str, status: int):
    response = client_of(getattr(world.cast, name)).post(RELEASES)

    assert response.status_code == status
    assert Job.objects.exists() == (status == 302)


def test_without_a_release_the_pages_say_how_to_begin(world: World, settings, tmp_path):
    settings.TONGXIN_HOME = tmp_path

    office = open_page(world.cast.office_of_province, EXPLORER).content.decode()
    viewer = open_page(world.cast.viewer_of_xiaoshan, CATALOGUE).content.decode()

    assert "Build the first release" in office
    assert "There are no figures yet" in viewer
    assert "Build the first release" not in viewer
    assert open_page(world.cast.stranger, EXPLORER).status_code == 403


def test_the_release_page_marks_the_current_one(world: World):
    page = open_page(world.cast.viewer_of_xiaoshan, RELEASES).content.decode()

    assert world.release.id in page
    assert "current" in page
    assert read_release().id == world.release.id


def test_work_whose_user_is_gone_is_not_done_by_the_operator(world: World):
    job = Job.objects.create(kind="figures.release", argument=0)

    with pytest.raises(User.DoesNotExist):
        build_release_task.func(job.pk)

    assert Job.objects.get(pk=job.pk).state == Job.State.FAILED
    assert read_release().id == world.release.id


def test_the_work_builds_a_release_as_its_user(world: World):
    job = Job.objects.create(kind="figures.release", argument=world.cast.office_of_province.pk)

    build_release_task.func(job.pk)

    built = read_release()
    (built.folder.parent / "current").write_text(world.release.id, encoding="ascii")
    assert built.id != world.release.id
    assert LogEntry.objects.filter(action="releases.built").latest("pk").actor_name == "office_of_province"
