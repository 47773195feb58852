from __future__ import annotations

from django.urls import path

from .views import deputies

app_name = "deputies"
urlpatterns = [
    path("", deputies.MyDeputies.as_view(), name="mine"),
    path("name/", deputies.NameDeputy.as_view(), name="name"),
    path("all/", deputies.ListDeputies.as_view(), name="all"),
    path("name-for/", deputies.NameDeputyFor.as_view(), name="name_for"),
    path("<uuid:deputy_id>/", deputies.ShowDeputy.as_view(), name="show"),
    path("<uuid:deputy_id>/accept/", deputies.AcceptDeputyship.as_view(), name="accept"),
    path("<uuid:deputy_id>/decline/", deputies.DeclineDeputyship.as_view(), name="decline"),
    path("<uuid:deputy_id>/end/", deputies.EndDeputyship.as_view(), name="end"),
    path("<uuid:deputy_id>/higher-limit/", deputies.SignHigherLimit.as_view(), name="sign_higher_limit"),
]
