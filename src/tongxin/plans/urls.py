from __future__ import annotations

from django.urls import path

from tongxin.plans import (
    calendar_feed_views,
    document_reading_views,
    document_views,
    plan_views,
    report_views,
    task_list_views,
    task_views,
    task_workbook_views,
)

urlpatterns = [
    path("documents/", document_views.documents, name="documents"),
    path("documents/new/", document_reading_views.receive, name="receive_document"),
    path("documents/readings/<int:pk>/", document_reading_views.reading, name="document_reading"),
    path("documents/readings/<int:pk>/again/", document_reading_views.reread, name="document_reread"),
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
    path("plans/<int:pk>/close/", plan_views.close, name="close_plan"),
    path("plans/<int:pk>/reach/", plan_views.reach, name="plan_reach"),
    path("plans/<int:pk>/measures/", plan_views.measures, name="measures"),
    path("plans/<int:pk>/measures/<int:measure_pk>/", plan_views.edit_measure, name="edit_measure"),
    path("plans/<int:pk>/measures/<int:measure_pk>/remove/", plan_views.drop_measure, name="drop_measure"),
    path("plans/<int:pk>/new-task/", task_views.new_task, name="new_task"),
    path("tasks/<int:pk>/", task_views.task, name="task"),
    path("tasks/<int:pk>/change/", task_views.edit_task, name="edit_task"),
    path("tasks/<int:pk>/withdraw/", task_views.withdraw, name="withdraw_task"),
    path("tasks/<int:pk>/reopen/", task_views.reopen, name="reopen_task"),
    path("tasks/<int:pk>/targets/", task_views.targets, name="task_targets"),
    path("tasks/<int:pk>/hand-down/", task_views.share_out, name="share_out"),
    path("tasks/<int:pk>/report/", report_views.write, name="write_report"),
    path("reports/<int:pk>/", report_views.report, name="report"),
    path("reports/<int:pk>/evidence/", report_views.add_evidence, name="add_evidence"),
    path("reports/<int:pk>/evidence/<int:proof_pk>/", report_views.evidence_file, name="evidence_file"),
    path(
        "reports/<int:pk>/evidence/<int:proof_pk>/remove/", report_views.drop_evidence, name="drop_evidence"
    ),
    path("reports/<int:pk>/submit/", report_views.submit, name="submit_report"),
    path("reports/<int:pk>/return/", report_views.send_back, name="return_report"),
    path("reports/<int:pk>/accept/", report_views.accept, name="accept_report"),
]

urlpatterns += [
    path("tasks/", task_list_views.tasks, name="tasks"),
    path("tasks/workbook/", task_list_views.workbook, name="task_workbook"),
    path("tasks/calendar/", calendar_feed_views.calendar_feed, name="calendar_feed"),
    path("tasks/calendar/revoke/", calendar_feed_views.revoke, name="revoke_calendar_feed"),
    path("tasks/calendar/<str:token>.ics", calendar_feed_views.calendar_file, name="calendar_file"),
    path("plans/<int:pk>/workbook/", task_workbook_views.plan_workbook, name="plan_workbook"),
    path("plans/<int:pk>/workbook/tasks/", task_workbook_views.plan_tasks_file, name="plan_tasks_file"),
    path("task-imports/<int:pk>/", task_workbook_views.task_import, name="task_import"),
    path("task-imports/<int:pk>/again/", task_workbook_views.again, name="task_import_again"),
    path("task-imports/<int:pk>/verdicts/", task_workbook_views.verdicts, name="task_import_verdicts"),
]
