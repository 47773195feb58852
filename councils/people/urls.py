from __future__ import annotations

from django.urls import path

from .views import calendar, cover, employments, leave, schemes

app_name = "people"
urlpatterns = [
    path("", leave.MyLeave.as_view(), name="my_leave"),
    path("ask/", leave.RequestLeave.as_view(), name="request_leave"),
    path("ask/hours/", leave.Hours.as_view(), name="leave_hours"),
    path("calendar/", calendar.TeamCalendar.as_view(), name="team_calendar"),
    path("requests/", employments.ListLeave.as_view(), name="list_leave"),
    path("requests/<uuid:pk>/", leave.ShowLeave.as_view(), name="show_leave"),
    path("requests/<uuid:pk>/change/", leave.ChangeLeave.as_view(), name="change_leave"),
    path("requests/<uuid:pk>/withdraw/", leave.WithdrawLeave.as_view(), name="withdraw_leave"),
    path("requests/<uuid:pk>/cover/", cover.SettleCover.as_view(), name="settle_cover"),
    path("requests/<uuid:pk>/cancel/", leave.CancelLeave.as_view(), name="cancel_leave"),
    path("employments/", employments.ListEmployments.as_view(), name="list_employments"),
    path("employments/add/", employments.RecordEmployment.as_view(), name="record_employment"),
    path("employments/<uuid:pk>/", employments.ShowEmployment.as_view(), name="show_employment"),
    path("employments/<uuid:pk>/change/", employments.ChangeEmployment.as_view(), name="change_employment"),
    path("employments/<uuid:pk>/hours/", employments.ChangeWorkingPattern.as_view(), name="change_working_pattern"),
    path("employments/<uuid:pk>/end/", employments.EndEmployment.as_view(), name="end_employment"),
    path("employments/<uuid:pk>/adjust/", employments.AdjustLeave.as_view(), name="adjust_leave"),
    path("schemes/", schemes.ListSchemes.as_view(), name="list_schemes"),
    path("schemes/add/", schemes.CreateScheme.as_view(), name="create_scheme"),
    path("schemes/<uuid:pk>/", schemes.ChangeScheme.as_view(), name="change_scheme"),
]
