"""Pages of posts and of those who hold them."""

from __future__ import annotations

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate

from shared_services.access.models import OfficerCard
from shared_services.access.permissions import may
from shared_services.govuk.filters import GovukFilterSet
from shared_services.govuk.views import ActionView, Column, FormPage, ListPage, Page

from .. import services
from ..forms import AppointForm, ClosePostForm, NewPostForm, PostForm, VacateForm
from ..models import Appointment, Post
from ..selectors import department_choices
from ..structure import Structure

MANAGE = "organisation.manage_structure"
CRUMBS = [("Departments", "organisation:list_departments"), ("Posts", "organisation:list_posts")]


class PostFilter(GovukFilterSet):
    department = django_filters.ChoiceFilter(
        field_name="department_id", label="Department", choices=department_choices, empty_label="Any"
    )
    held = django_filters.ChoiceFilter(
        label="Held or vacant",
        method="by_holder",
        choices=[("held", "Held"), ("vacant", "Vacant")],
        empty_label="Any",
    )

    def by_holder(self, posts: QuerySet[Post], name: str, value: str) -> QuerySet[Post]:
        vacant = Post.objects.vacant(on=localdate())
        return posts.filter(pk__in=vacant) if value == "vacant" else posts.exclude(pk__in=vacant)


class ListPosts(ListPage):
    """Every open post of the council."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/list_posts.html"
    title = "Posts"
    breadcrumbs = [("Departments", "organisation:list_departments")]
    noun = "post"
    export_name = "posts"
    filterset_class = PostFilter
    search_fields = ["number", "title"]
    search_label = "Search by title or number"
    default_sort = "number"
    create_url_name = "organisation:create_post"
    create_label = "Add a post"
    create_permission = MANAGE

    def get_queryset(self) -> QuerySet[Post]:
        return Post.objects.open().select_related("department", "reports_to")

    def get_columns(self) -> list[Column]:
        return [
            Column("title", "Post", link=True, sort="title"),
            Column("number", "Number", sort="number"),
            Column("department.name", "Department", sort="department__name"),
            Column("holder", "Held by", value=self._holder),
            Column("reports_to.title", "Reports to", sort="reports_to__title"),
            Column("grade", "Grade", sort="grade"),
        ]

    def _holder(self, post: Post) -> str:
        if not hasattr(self, "_structure"):
            self._structure = Structure()
        card = self._structure.holder_of.get(post.pk)
        return card.work_name if card else "Vacant"


class ShowPost(Page):
    """One post: its place, its holder and those before."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/show_post.html"
    breadcrumbs = CRUMBS

    @property
    def post_(self) -> Post:
        if not hasattr(self, "_post"):
            posts = Post.objects.select_related("department", "reports_to")
            self._post = get_object_or_404(posts, pk=self.kwargs["pk"])
        return self._post

    def get_title(self) -> str:
        return self.post_.title

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        post, today = self.post_, localdate()
        appointments = list(post.appointments.all())
        cards = OfficerCard.objects.in_bulk({one.card_id for one in appointments})
        history = [(one, cards.get(one.card_id)) for one in appointments]
        holding = next(
            (row for row in history if row[0].from_on <= today and (row[0].to_on is None or row[0].to_on >= today)),
            None,
        )
        return super().get_context(
            post=post,
            holding=holding,
            history=history,
            reports=list(post.reports.open()),
            may_manage=may(self.actor, MANAGE) and post.closed_on is None,
            today=today,
            **kwargs,
        )


class CreatePost(FormPage):
    permission = MANAGE
    form_class = NewPostForm
    title = "Add a post"
    button = "Add post"
    breadcrumbs = CRUMBS

    def get_initial(self) -> dict[str, Any]:
        return {"department": self.request.GET.get("department", "")}

    def act(self, form: NewPostForm) -> HttpResponse:
        post = services.create_post(actor=self.actor, **form.cleaned_data)
        return self.done(f"{post.title} added", to=post)


class PostAction(ActionView):
    """What the forms about one post share."""

    permission = MANAGE
    breadcrumbs = CRUMBS
    template_name = "pages/councils/organisation/change_post.html"

    def get_subject(self) -> Post:
        return get_object_or_404(Post.objects.open().select_related("department"), pk=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()


class ChangePost(PostAction):
    form_class = PostForm
    title = "Change post"

    def get_initial(self) -> dict[str, Any]:
        post = self.subject
        return {
            "title": post.title,
            "department": str(post.department_id),
            "reports_to": str(post.reports_to_id or ""),
            "grade": post.grade,
            "version": post.version,
        }

    def act(self, form: PostForm) -> HttpResponse:
        post = services.change_post(actor=self.actor, post=self.subject, **form.cleaned_data)
        return self.done(f"{post.title} changed", to=post)


class Appoint(PostAction):
    form_class = AppointForm
    title = "Appoint an officer"
    button = "Appoint"

    def get_initial(self) -> dict[str, Any]:
        return {"from_on": localdate(), "acting": "no", "version": self.subject.version}

    def act(self, form: AppointForm) -> HttpResponse:
        services.appoint(actor=self.actor, post=self.subject, **form.cleaned_data)
        return self.done(f"{self.subject.title} filled", to=self.subject)


class Vacate(PostAction):
    form_class = VacateForm
    title = "Vacate post"
    button = "Vacate post"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {"to_on": localdate(), "version": self.subject.version}

    def act(self, form: VacateForm) -> HttpResponse:
        post = services.vacate(actor=self.actor, post=self.subject, **form.cleaned_data)
        return self.done(f"{post.title} vacated", to=post)


class ClosePost(PostAction):
    form_class = ClosePostForm
    title = "Delete post from the establishment"
    button = "Delete post"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def act(self, form: ClosePostForm) -> HttpResponse:
        post = services.close_post(actor=self.actor, post=self.subject, **form.cleaned_data)
        return self.done(f"{post.title} deleted", to="organisation:list_posts")


class CancelAppointment(ActionView):
    permission = MANAGE
    title = "Cancel appointment"
    button = "Cancel appointment"
    button_style = "warning"
    breadcrumbs = CRUMBS

    def get_subject(self) -> Appointment:
        return get_object_or_404(Appointment.objects.select_related("post"), pk=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return self.subject.post.get_absolute_url()

    def act(self, form: Any) -> HttpResponse:
        post = services.cancel_appointment(actor=self.actor, appointment=self.subject)
        return self.done("Appointment cancelled", to=post)
