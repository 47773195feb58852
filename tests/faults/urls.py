"""The portal's addresses, and two that work slowly."""

from __future__ import annotations

from django.urls import path

from config.urls.council import handler403, handler404, handler500, urlpatterns  # noqa: F401
from tests.faults.ledger import views

urlpatterns = [
    path("ledger/promise/<int:first>/<int:count>/<int:milliseconds>/", views.promise),
    path("ledger/write/<int:number>/<int:milliseconds>/", views.write),
    *urlpatterns,
]
