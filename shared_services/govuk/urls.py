from __future__ import annotations

app_name = "govuk"
urlpatterns: list = []
