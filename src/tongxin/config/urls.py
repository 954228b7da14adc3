from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/", include("allauth.urls")),
    path("", include("tongxin.organisations.urls")),
    path("", include("tongxin.workforce.urls")),
    path("", include("tongxin.workforce.roster_urls")),
    path("", include("tongxin.figures.urls")),
    path("", include("tongxin.plans.urls")),
    path("", include("tongxin.meetings.urls")),
    path("", include("tongxin.supervision.urls")),
    path("", include("tongxin.notices.urls")),
    path("", include("tongxin.home.urls")),
    path("i18n/setlang/", login_not_required(set_language), name="set_language"),
]
