from __future__ import annotations

from django.urls import path

from tongxin.figures import change_views, release_views, views

urlpatterns = [
    path("figures/", views.explorer, name="explorer"),
    path("figures/export/", views.export, name="figure_export"),
    path("figures/catalogue/", views.catalogue, name="catalogue"),
    path("figures/changes/", change_views.changes, name="changes"),
    path("figures/releases/", release_views.releases, name="releases"),
    path("figures/releases/progress/<int:job_id>/", release_views.release_progress, name="release_progress"),
    path("figures/<slug:code>/passport/", views.passport, name="passport"),
    path("figures/<slug:code>/facts/", views.facts, name="figure_facts"),
]
