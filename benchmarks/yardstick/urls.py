from django.urls import path

from . import views

urlpatterns = [
    path("requisitions", views.create_requisition),
    path("requisitions/<uuid:pk>/submit", views.submit_requisition),
    path("tasks", views.inbox),
    path("tasks/<uuid:pk>/complete", views.complete_task),
    path("leave", views.request_leave),
]
