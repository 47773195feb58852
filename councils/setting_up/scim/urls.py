from __future__ import annotations

from django.urls import path

from . import views

app_name = "scim"
urlpatterns = [
    path("Users", views.Users.as_view(), name="users"),
    path("Users/<str:key>", views.OneUser.as_view(), name="user"),
    path("ServiceProviderConfig", views.ProviderConfig.as_view(), name="provider_config"),
    path("ResourceTypes", views.ResourceTypes.as_view(), name="resource_types"),
    path("Schemas", views.Schemas.as_view(), name="schemas"),
]
