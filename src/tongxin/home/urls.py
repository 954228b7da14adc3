from __future__ import annotations

from django.urls import path

from tongxin.home import search_views, views

urlpatterns = [
    path("", views.home, name="home"),
    path("search/", search_views.search, name="search"),
]
