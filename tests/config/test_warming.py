from __future__ import annotations

from django.template import engines

from tongxin.config.warming import warm_up


def test_a_home_without_a_release_warms_its_pages(settings, tmp_path):
    settings.TONGXIN_HOME = tmp_path

    warm_up()

    loader = engines["django"].engine.template_loaders[0]
    assert "figures/facts.html" in getattr(loader, "get_template_cache", {})
