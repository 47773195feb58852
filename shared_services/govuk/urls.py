from __future__ import annotations

from django.urls import path

from . import portal_pages as pages

app_name = "govuk"
urlpatterns = [
    path("", pages.Home.as_view(), name="home"),
    path("room.css", pages.RoomColour.as_view(), name="room_colour"),
    path("search/", pages.Search.as_view(), name="search"),
    path("saved-views/", pages.SavedViews.as_view(), name="saved_views"),
    path("saved-views/new/", pages.SaveView.as_view(), name="save_view"),
    path("saved-views/<uuid:pk>/", pages.ChangeSavedView.as_view(), name="change_saved_view"),
    path("saved-views/<uuid:pk>/delete/", pages.DeleteSavedView.as_view(), name="delete_saved_view"),
    path("accessibility/", pages.AccessibilityStatement.as_view(), name="accessibility"),
    path("cookies/", pages.Cookies.as_view(), name="cookies"),
    path("help/", pages.Help.as_view(), name="help"),
    path("help/<slug:key>/", pages.HelpGuide.as_view(), name="help_guide"),
]
