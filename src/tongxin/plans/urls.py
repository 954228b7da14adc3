from __future__ import annotations

from django.urls import path

from tongxin.plans import document_views, plan_views

urlpatterns = [
    path("documents/", document_views.documents, name="documents"),
    path("documents/new/", document_views.receive, name="receive_document"),
    path("documents/<int:pk>/", document_views.document, name="document"),
    path("documents/<int:pk>/file/", document_views.original, name="document_file"),
    path("documents/<int:pk>/noise/", document_views.noise, name="document_noise"),
    path("documents/<int:pk>/changes/", document_views.changes, name="document_changes"),
    path("documents/<int:pk>/publish/", document_views.publish, name="publish_document"),
    path("documents/<int:pk>/join/", document_views.join, name="join_proposals"),
    path("proposals-of-tasks/<int:pk>/", document_views.edit, name="task_proposal"),
    path("proposals-of-tasks/<int:pk>/accept/", document_views.accept, name="accept_task_proposal"),
    path("proposals-of-tasks/<int:pk>/reject/", document_views.reject, name="reject_task_proposal"),
    path("proposals-of-tasks/<int:pk>/reopen/", document_views.reopen, name="reopen_task_proposal"),
    path("plans/", plan_views.plans, name="plans"),
    path("plans/new/", plan_views.new_plan, name="new_plan"),
    path("plans/<int:pk>/", plan_views.plan, name="plan"),
    path("plans/<int:pk>/publish/", plan_views.put_in_force, name="publish_plan"),
    path("plans/<int:pk>/new-task/", plan_views.new_task, name="new_task"),
    path("tasks/<int:pk>/", plan_views.task, name="task"),
    path("tasks/<int:pk>/change/", plan_views.edit_task, name="edit_task"),
    path("tasks/<int:pk>/withdraw/", plan_views.withdraw, name="withdraw_task"),
]
