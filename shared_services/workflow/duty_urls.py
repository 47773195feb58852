from __future__ import annotations

from django.urls import path

from .views import duties

app_name = "duties"
urlpatterns = [
    path("", duties.ListDuties.as_view(), name="rules"),
    path("add/", duties.AddDutyRule.as_view(), name="add_rule"),
    path("<uuid:rule_id>/end/", duties.EndDutyRule.as_view(), name="end_rule"),
    path("exceptions/sign/", duties.ChooseException.as_view(), name="choose_exception"),
    path("<uuid:rule_id>/exceptions/<uuid:card_id>/sign/", duties.SignException.as_view(), name="sign_exception"),
    path("exceptions/<uuid:exception_id>/end/", duties.EndException.as_view(), name="end_exception"),
]
