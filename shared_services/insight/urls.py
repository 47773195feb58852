from __future__ import annotations

app_name = "insight"
urlpatterns: list = []
