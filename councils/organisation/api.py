"""Departments and posts for programs."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import django_filters
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.timezone import localdate
from rest_framework import serializers
from rest_framework.decorators import action

from shared_services.api.bodies import Body, Nothing
from shared_services.api.rows import Answer, elsewhere, row_of
from shared_services.api.viewsets import RoomViewSet

from . import services
from .models import Appointment, Department, Post


class DepartmentAnswer(Answer):
    id = serializers.UUIDField()
    code = serializers.CharField()
    name = serializers.CharField()
    parent_id = serializers.UUIDField(allow_null=True)
    head_post_id = serializers.UUIDField(allow_null=True)
    director_post_id = serializers.UUIDField(allow_null=True)
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class NewDepartmentBody(Body):
    code = serializers.CharField(max_length=12)
    name = serializers.CharField(max_length=120)
    parent_id = serializers.UUIDField(required=False, allow_null=True, default=None)


class RenameBody(Body):
    code = serializers.CharField(max_length=12, required=False)
    name = serializers.CharField(max_length=120, required=False)


class DepartmentFilter(django_filters.FilterSet):
    code = django_filters.CharFilter()
    name = django_filters.CharFilter(lookup_expr="icontains")
    parent_id = django_filters.UUIDFilter()
    open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")

    class Meta:
        model = Department
        fields: list[str] = []


class Departments(RoomViewSet):
    """Directorates, services and teams."""

    tag = "Organisation"
    permissions = {
        "list": "organisation.view_structure",
        "retrieve": "organisation.view_structure",
        "create": "organisation.manage_structure",
        "partial_update": "organisation.manage_structure",
        "close": "organisation.manage_structure",
    }
    body = {"create": NewDepartmentBody, "partial_update": RenameBody, "close": Nothing}
    answer_class = DepartmentAnswer
    filterset_class = DepartmentFilter
    ordering = {"code": "code", "name": "name"}
    default_ordering = "code"

    def get_queryset(self) -> Any:
        return Department.objects.all()

    def create(self, request: Any) -> HttpResponse:
        """Open a department."""
        data = self.read_body()
        parent_id = data.pop("parent_id")
        parent = get_object_or_404(Department, pk=parent_id) if parent_id else None
        department = services.create_department(actor=self.actor, parent=parent, **data)
        return self._changed(department, status=201)

    def partial_update(self, request: Any, pk: UUID) -> HttpResponse:
        """Give a department another name or code."""
        department = get_object_or_404(Department, pk=pk)
        names = {"code": department.code, "name": department.name, **self.read_body()}
        return self._changed(
            services.rename_department(actor=self.actor, department=department, version=self.version, **names)
        )

    @action(detail=True, methods=["post"])
    def close(self, request: Any, pk: UUID) -> HttpResponse:
        """Close a department that has no open posts or departments in it."""
        department = get_object_or_404(Department, pk=pk)
        return self._changed(services.close_department(actor=self.actor, department=department, version=self.version))

    def _changed(self, department: Department, status: int = 200) -> HttpResponse:
        location = reverse("api:department-detail", kwargs={"pk": department.pk}) if status == 201 else None
        row = row_of(department, DepartmentAnswer)
        return self.answer(row, status=status, version=department.version, location=location)


class PostAnswer(Answer):
    id = serializers.UUIDField()
    number = serializers.CharField()
    title = serializers.CharField()
    department_id = serializers.UUIDField()
    reports_to_id = serializers.UUIDField(allow_null=True)
    grade = serializers.CharField()
    opened_on = serializers.DateField()
    closed_on = serializers.DateField(allow_null=True)
    version = serializers.IntegerField()


class HolderAnswer(Answer):
    officer_id = serializers.UUIDField(source="card_id")
    officer_name = serializers.CharField(source="card.work_name")
    from_on = serializers.DateField()
    to_on = serializers.DateField(allow_null=True)
    acting = serializers.BooleanField()


class PostDetailAnswer(PostAnswer):
    holder = elsewhere(HolderAnswer(allow_null=True))


class NewPostBody(Body):
    number = serializers.CharField(max_length=12)
    title = serializers.CharField(max_length=120)
    department_id = serializers.UUIDField()
    reports_to_id = serializers.UUIDField(required=False, allow_null=True, default=None)
    grade = serializers.CharField(max_length=20, required=False, allow_blank=True, default="")


class PostFilter(django_filters.FilterSet):
    number = django_filters.CharFilter()
    title = django_filters.CharFilter(lookup_expr="icontains")
    department_id = django_filters.UUIDFilter()
    reports_to_id = django_filters.UUIDFilter()
    open = django_filters.BooleanFilter(field_name="closed_on", lookup_expr="isnull")
    vacant = django_filters.BooleanFilter(method="only_vacant", label="true: only posts that nobody holds today")

    class Meta:
        model = Post
        fields: list[str] = []

    def only_vacant(self, posts: Any, _name: str, vacant: bool) -> Any:
        return posts.vacant(on=localdate()) if vacant else posts


class Posts(RoomViewSet):
    """Jobs on the establishment and who holds them."""

    tag = "Organisation"
    permissions = {
        "list": "organisation.view_structure",
        "retrieve": "organisation.view_structure",
        "create": "organisation.manage_structure",
    }
    body = {"create": NewPostBody}
    answers = {"create": PostAnswer}
    answer_class = PostAnswer
    detail_class = PostDetailAnswer
    filterset_class = PostFilter
    ordering = {"number": "number", "title": "title"}
    default_ordering = "number"

    def get_queryset(self) -> Any:
        return Post.objects.all()

    def read_one(self, pk: UUID) -> dict[str, Any]:
        row = super().read_one(pk)
        held = Appointment.objects.current(on=localdate()).filter(post_id=pk).select_related("card").first()
        row["holder"] = row_of(held, HolderAnswer) if held else None
        return row

    def create(self, request: Any) -> HttpResponse:
        """Add a post to the establishment."""
        data = self.read_body()
        department = get_object_or_404(Department, pk=data.pop("department_id"))
        above = data.pop("reports_to_id")
        reports_to = get_object_or_404(Post, pk=above) if above else None
        post = services.create_post(actor=self.actor, department=department, reports_to=reports_to, **data)
        location = reverse("api:post-detail", kwargs={"pk": post.pk})
        return self.answer(row_of(post, PostAnswer), status=201, version=post.version, location=location)


def register(router: Any) -> None:
    router.register("departments", Departments, basename="department")
    router.register("posts", Posts, basename="post")
