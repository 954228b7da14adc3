from __future__ import annotations

from django.urls import path

from tongxin.workforce import change_views, duplicate_views, proposal_views, record_views, views

urlpatterns = [
    path("workers/", views.workers, name="workers"),
    path("workers/find/", views.find_worker, name="find_worker"),
    path("workers/export/", views.export_workers, name="export_workers"),
    path("workers/new/", change_views.new_worker, name="new_worker"),
    path("workers/proposals/", proposal_views.proposals, name="proposals"),
    path("workers/proposals/<int:pk>/", proposal_views.decide, name="decide_proposal"),
    path("workers/duplicates/", duplicate_views.duplicates, name="duplicates"),
    path("workers/duplicates/search/", duplicate_views.search, name="search_duplicates"),
    path("workers/duplicates/<int:pk>/", duplicate_views.pair, name="duplicate_pair"),
    path("workers/duplicates/<int:pk>/merge/", duplicate_views.merge, name="merge_duplicates"),
    path("workers/duplicates/<int:pk>/judge/", duplicate_views.judge, name="judge_duplicates"),
    path("workers/merges/<int:pk>/undo/", duplicate_views.undo, name="undo_merge"),
    path("workers/<int:pk>/", views.worker, name="worker"),
    path("workers/<int:pk>/correct/", change_views.correct, name="correct_worker"),
    path("workers/<int:pk>/employments/new/", change_views.new_employment, name="new_employment"),
    path(
        "workers/<int:pk>/employments/<int:employment_pk>/change/",
        change_views.change_terms,
        name="change_employment",
    ),
    path("workers/<int:pk>/employments/<int:employment_pk>/end/", change_views.end, name="end_employment"),
    path(
        "workers/<int:pk>/employments/<int:employment_pk>/correct/",
        change_views.correct_dates,
        name="correct_employment",
    ),
    path("workers/<int:pk>/records/<slug:kind>/new/", record_views.new_record, name="new_record"),
    path("workers/<int:pk>/records/<slug:kind>/<int:record_pk>/step/", record_views.step, name="step_record"),
    path(
        "workers/<int:pk>/records/<slug:kind>/<int:record_pk>/remove/",
        record_views.remove,
        name="remove_record",
    ),
    path("organisations/<slug:code>/records/", record_views.enterprise_records, name="enterprise_records"),
    path(
        "organisations/<slug:code>/records/<slug:kind>/new/",
        record_views.new_enterprise_record,
        name="new_enterprise_record",
    ),
    path(
        "organisations/<slug:code>/records/<slug:kind>/<int:record_pk>/remove/",
        record_views.remove_of_enterprise,
        name="remove_enterprise_record",
    ),
]
