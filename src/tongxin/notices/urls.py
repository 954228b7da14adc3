from __future__ import annotations

from django.urls import path

from tongxin.notices import views, webhook_views

urlpatterns = [
    path("notices/", views.notices, name="notices"),
    path("notices/read/", views.read_all, name="notices_read"),
    path("notices/<int:pk>/read/", views.read_one, name="notice_read"),
    path("notices/webhooks/", webhook_views.webhooks, name="webhooks"),
    path("notices/webhooks/new/", webhook_views.new_webhook, name="new_webhook"),
    path("notices/webhooks/<int:pk>/", webhook_views.edit_webhook, name="webhook"),
    path("notices/webhooks/<int:pk>/test/", webhook_views.try_webhook, name="try_webhook"),
    path("notices/webhooks/<int:pk>/remove/", webhook_views.remove_webhook, name="remove_webhook"),
]
