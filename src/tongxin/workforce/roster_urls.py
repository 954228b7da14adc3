from __future__ import annotations

from django.urls import path

from tongxin.workforce import roster_views

urlpatterns = [
    path("imports/", roster_views.imports, name="imports"),
    path("imports/send/", roster_views.send, name="roster_send"),
    path("imports/template/<slug:code>/", roster_views.template, name="roster_template"),
    path("imports/<int:pk>/", roster_views.roster, name="roster"),
    path("imports/<int:pk>/again/", roster_views.again, name="roster_again"),
    path("imports/<int:pk>/columns/", roster_views.columns, name="roster_columns"),
    path("imports/<int:pk>/rejected/", roster_views.verdicts, name="roster_verdicts"),
]
