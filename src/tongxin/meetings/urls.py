from __future__ import annotations

from django.urls import path

from tongxin.meetings import instruction_views, meeting_views, part_views, tasking_views

urlpatterns = [
    path("meetings/", meeting_views.meetings, name="meetings"),
    path("meetings/new/", meeting_views.new_meeting, name="new_meeting"),
    path("meetings/<int:pk>/", meeting_views.meeting, name="meeting"),
    path("meetings/<int:pk>/change/", meeting_views.edit_meeting, name="edit_meeting"),
    path("meetings/<int:pk>/move/", meeting_views.move, name="move_meeting"),
    path("meetings/<int:pk>/remove/", meeting_views.remove, name="remove_meeting"),
    path("meetings/<int:pk>/agenda/new/", part_views.new_agenda_item, name="new_agenda_item"),
    path("meetings/<int:pk>/members/new/", part_views.new_members, name="new_members"),
    path("meetings/<int:pk>/contributions/new/", part_views.new_contribution, name="new_contribution"),
    path("meetings/<int:pk>/visits/new/", part_views.new_visit, name="new_visit"),
    path("meetings/<int:pk>/resolutions/new/", part_views.new_resolution, name="new_resolution"),
    path("meetings/agenda/<int:pk>/", part_views.edit_agenda_item, name="edit_agenda_item"),
    path("meetings/participations/<int:pk>/", part_views.edit_participation, name="edit_participation"),
    path("meetings/participations/<int:pk>/file/", part_views.participation_file, name="participation_file"),
    path("meetings/visits/<int:pk>/", part_views.edit_visit, name="edit_visit"),
    path("meetings/<slug:noun>/<int:pk>/remove/", part_views.remove, name="remove_part"),
    path("resolutions/<int:pk>/", meeting_views.resolution, name="resolution"),
    path("resolutions/<int:pk>/change/", part_views.edit_resolution, name="edit_resolution"),
    path("resolutions/<int:pk>/new-task/", tasking_views.task_of_resolution, name="task_of_resolution"),
    path("instructions/", instruction_views.instructions, name="instructions"),
    path("instructions/new/", instruction_views.new_instruction, name="new_instruction"),
    path("instructions/<int:pk>/", instruction_views.instruction, name="instruction"),
    path("instructions/<int:pk>/change/", instruction_views.edit_instruction, name="edit_instruction"),
    path("instructions/<int:pk>/remove/", instruction_views.remove, name="remove_instruction"),
    path("instructions/<int:pk>/new-task/", tasking_views.task_of_instruction, name="task_of_instruction"),
]
