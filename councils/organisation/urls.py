from __future__ import annotations

from django.urls import path

from .views import departments, officers, posts, settings

app_name = "organisation"
urlpatterns = [
    path("", departments.ListDepartments.as_view(), name="list_departments"),
    path("departments/add/", departments.CreateDepartment.as_view(), name="create_department"),
    path("departments/<uuid:pk>/", departments.ShowDepartment.as_view(), name="show_department"),
    path("departments/<uuid:pk>/change/", departments.RenameDepartment.as_view(), name="rename_department"),
    path("departments/<uuid:pk>/move/", departments.MoveDepartment.as_view(), name="move_department"),
    path("departments/<uuid:pk>/leads/", departments.SetDepartmentLeads.as_view(), name="set_department_leads"),
    path("departments/<uuid:pk>/close/", departments.CloseDepartment.as_view(), name="close_department"),
    path("posts/", posts.ListPosts.as_view(), name="list_posts"),
    path("posts/add/", posts.CreatePost.as_view(), name="create_post"),
    path("posts/<uuid:pk>/", posts.ShowPost.as_view(), name="show_post"),
    path("posts/<uuid:pk>/change/", posts.ChangePost.as_view(), name="change_post"),
    path("posts/<uuid:pk>/appoint/", posts.Appoint.as_view(), name="appoint"),
    path("posts/<uuid:pk>/vacate/", posts.Vacate.as_view(), name="vacate"),
    path("posts/<uuid:pk>/close/", posts.ClosePost.as_view(), name="close_post"),
    path("appointments/<uuid:pk>/cancel/", posts.CancelAppointment.as_view(), name="cancel_appointment"),
    path("officers/", officers.ListOfficers.as_view(), name="list_officers"),
    path("officers/<uuid:pk>/", officers.ShowOfficer.as_view(), name="show_officer"),
    path("chart/", officers.OrganisationChart.as_view(), name="chart"),
    path("calendar/", settings.Calendar.as_view(), name="calendar"),
    path("calendar/add/", settings.AddClosureDay.as_view(), name="add_closure_day"),
    path("calendar/<uuid:pk>/remove/", settings.RemoveClosureDay.as_view(), name="remove_closure_day"),
    path("settings/", settings.ChangeSettings.as_view(), name="change_settings"),
    path("budget-check/", settings.ChangeBudgetCheck.as_view(), name="change_budget_check"),
]
