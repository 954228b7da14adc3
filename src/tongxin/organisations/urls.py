from __future__ import annotations

from django.urls import path

from tongxin.organisations import (
    account_views,
    change_views,
    company_group_views,
    group_views,
    rearranging_views,
    role_views,
    trail_views,
    views,
)

urlpatterns = [
    path("organisations/", views.organisation_list, name="organisations"),
    path("organisations/<str:code>/", views.organisation, name="organisation"),
    path("organisations/<str:code>/create/", change_views.create_below, name="organisation_create"),
    path("organisations/<str:code>/rename/", change_views.rename, name="organisation_rename"),
    path("organisations/<str:code>/move/", rearranging_views.move, name="organisation_move"),
    path("organisations/<str:code>/merge/", rearranging_views.merge, name="organisation_merge"),
    path("organisations/<str:code>/split/", rearranging_views.split, name="organisation_split"),
    path("organisations/<str:code>/close/", change_views.close, name="organisation_close"),
    path("organisations/<str:code>/particulars/", change_views.describe, name="organisation_describe"),
    path("organisations/<str:code>/union/", change_views.cover, name="organisation_cover"),
    path("organisations/<str:code>/company/", company_group_views.belong, name="company_group"),
    path("organisations/<str:code>/members/", company_group_views.take_in, name="company_group_take_in"),
    path("organisations/<str:code>/group/", group_views.group, name="group"),
    path("organisations/<str:code>/group/found/", group_views.found, name="group_found"),
    path("organisations/<str:code>/group/close/", group_views.close, name="group_close"),
    path("organisations/<str:code>/group/seat/", group_views.seat, name="group_seat"),
    path("organisations/<str:code>/group/seats/<int:pk>/end/", group_views.unseat, name="group_unseat"),
    path("roles/", role_views.role_list, name="roles"),
    path("roles/grant/", role_views.grant, name="role_grant"),
    path("roles/<int:pk>/revoke/", role_views.revoke, name="role_revoke"),
    path("roles/explain/", role_views.explain, name="role_explain"),
    path("accounts/manage/", account_views.account_list, name="accounts"),
    path("accounts/manage/new/", account_views.create, name="account_create"),
    path("accounts/manage/<int:pk>/", account_views.change, name="account_change"),
    path("accounts/manage/<int:pk>/switch/", account_views.switch, name="account_switch"),
    path("accounts/manage/<int:pk>/second-step/", account_views.remove_step, name="account_remove_step"),
    path("accounts/manage/<int:pk>/password/", account_views.new_password, name="account_new_password"),
    path("audit/", trail_views.trail, name="audit"),
]
