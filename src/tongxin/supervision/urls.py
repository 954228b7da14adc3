from __future__ import annotations

from django.urls import path

from tongxin.supervision import order_views, views

urlpatterns = [
    path("supervision/", views.supervision, name="supervision"),
    path("supervision/tasks/<int:pk>/", views.task_supervision, name="task_supervision"),
    path("supervision/tasks/<int:pk>/remind/", views.send_reminder, name="send_reminder"),
    path("supervision/tasks/<int:pk>/order/", order_views.new_order, name="new_order"),
    path("supervision/plans/<int:pk>/", views.plan_supervision, name="plan_supervision"),
    path("supervision/plans/<int:pk>/rule/", views.supervision_rule, name="supervision_rule"),
    path("supervision/plans/<int:pk>/circulate/", views.draw_up_circular, name="draw_up_circular"),
    path("supervision/circulars/<int:pk>/", views.circular, name="circular"),
    path("supervision/orders/", order_views.orders, name="supervision_orders"),
    path("supervision/orders/<int:pk>/", order_views.order, name="supervision_order"),
    path("supervision/orders/<int:pk>/reply/", order_views.reply, name="reply_to_order"),
    path("supervision/orders/<int:pk>/return/", order_views.give_back, name="return_order"),
    path("supervision/orders/<int:pk>/close/", order_views.close, name="close_order"),
    path("supervision/orders/<int:pk>/withdraw/", order_views.withdraw, name="withdraw_order"),
]
