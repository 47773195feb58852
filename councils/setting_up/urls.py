from __future__ import annotations

from django.urls import path

from . import views

app_name = "setting_up"
urlpatterns = [
    path("", views.TaskList.as_view(), name="task_list"),
    path("networks/", views.Networks.as_view(), name="networks"),
    path("networks/<uuid:pk>/remove/", views.RemoveNetwork.as_view(), name="remove_network"),
    path("identity-provider/", views.IdentityProvider.as_view(), name="identity_provider"),
    path("identity-provider/revoke/", views.RevokeScimKey.as_view(), name="revoke_scim_key"),
    path("authority/", views.UseTemplate.as_view(), name="use_template"),
    path("tables/<slug:key>/", views.LoadTable.as_view(), name="load_table"),
    path("tables/<slug:key>/template.csv", views.TableTemplate.as_view(), name="table_template"),
]
