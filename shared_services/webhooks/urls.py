from __future__ import annotations

from django.urls import path

from . import views

app_name = "webhooks"
urlpatterns = [
    path("", views.ListEndpoints.as_view(), name="list_endpoints"),
    path("add/", views.AddEndpoint.as_view(), name="add_endpoint"),
    path("<uuid:pk>/", views.ShowEndpoint.as_view(), name="show_endpoint"),
    path("<uuid:pk>/change/", views.ChangeEndpoint.as_view(), name="change_endpoint"),
    path("<uuid:pk>/secret/", views.RotateSecret.as_view(), name="rotate_secret"),
    path("<uuid:pk>/off/", views.TurnOff.as_view(), name="turn_off"),
    path("<uuid:pk>/on/", views.TurnOn.as_view(), name="turn_on"),
    path("<uuid:pk>/remove/", views.RemoveEndpoint.as_view(), name="remove_endpoint"),
    path("<uuid:pk>/test/", views.SendTest.as_view(), name="send_test"),
    path("<uuid:pk>/again/", views.ReplayPeriod.as_view(), name="replay_period"),
    path("deliveries/<uuid:pk>/", views.ShowDelivery.as_view(), name="show_delivery"),
    path("deliveries/<uuid:pk>/again/", views.ReplayDelivery.as_view(), name="replay_delivery"),
]
