from __future__ import annotations

app_name = "annexes"
urlpatterns: list = []
