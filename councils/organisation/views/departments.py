"""Pages of departments."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404

from shared_services.access.permissions import may
from shared_services.govuk.views import ActionView, FormPage, Page

from .. import services
from ..forms import NONE, ClosePostForm, DepartmentForm, DepartmentLeadsForm, MoveDepartmentForm, NewDepartmentForm
from ..models import Department
from ..structure import Structure

MANAGE = "organisation.manage_structure"


class ListDepartments(Page):
    """The tree of departments."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/list_departments.html"
    title = "Departments"

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context(tree=Structure().department_tree(), may_manage=may(self.actor, MANAGE), **kwargs)


class ShowDepartment(Page):
    """One department: its lead, its parts, its posts."""

    permission = "organisation.view_structure"
    template_name = "pages/councils/organisation/show_department.html"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    @property
    def department(self) -> Department:
        if not hasattr(self, "_department"):
            departments = Department.objects.select_related("parent", "head_post", "director_post")
            self._department = get_object_or_404(departments, pk=self.kwargs["pk"])
        return self._department

    def get_title(self) -> str:
        return self.department.name

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        structure = Structure()
        department = self.department
        return super().get_context(
            department=department,
            head=structure.holder_of_post(department.head_post_id),
            director=structure.holder_of_post(department.director_post_id),
            children=[one for one in structure.departments.values() if one.parent_id == department.pk],
            posts=structure.post_tree(department_id=department.pk),
            may_manage=may(self.actor, MANAGE) and department.closed_on is None,
            **kwargs,
        )


class CreateDepartment(FormPage):
    permission = MANAGE
    form_class = NewDepartmentForm
    title = "Add a department"
    button = "Add department"
    breadcrumbs = [("Departments", "organisation:list_departments")]

    def get_initial(self) -> dict[str, Any]:
        return {"parent": self.request.GET.get("parent", "")}

    def act(self, form: NewDepartmentForm) -> HttpResponse:
        department = services.create_department(actor=self.actor, **form.cleaned_data)
        return self.done(f"{department.name} added", to=department)


class DepartmentAction(ActionView):
    """What the forms about one department share."""

    permission = MANAGE
    breadcrumbs = [("Departments", "organisation:list_departments")]
    template_name = "pages/councils/organisation/change_department.html"

    def get_subject(self) -> Department:
        return get_object_or_404(Department.objects.open(), pk=self.kwargs["pk"])

    def get_back_url(self) -> str:
        return self.subject.get_absolute_url()


class RenameDepartment(DepartmentAction):
    form_class = DepartmentForm
    title = "Change code and name"

    def get_initial(self) -> dict[str, Any]:
        return {"code": self.subject.code, "name": self.subject.name, "version": self.subject.version}

    def act(self, form: DepartmentForm) -> HttpResponse:
        department = services.rename_department(actor=self.actor, department=self.subject, **form.cleaned_data)
        return self.done("Department changed", to=department)


class MoveDepartment(DepartmentAction):
    form_class = MoveDepartmentForm
    title = "Move department"

    def get_initial(self) -> dict[str, Any]:
        return {"parent": str(self.subject.parent_id or NONE), "version": self.subject.version}

    def act(self, form: MoveDepartmentForm) -> HttpResponse:
        department = services.move_department(actor=self.actor, department=self.subject, **form.cleaned_data)
        return self.done(f"{department.name} moved", to=department)


class SetDepartmentLeads(DepartmentAction):
    form_class = DepartmentLeadsForm
    title = "Choose who leads"

    def get_initial(self) -> dict[str, Any]:
        return {
            "head_post": str(self.subject.head_post_id or ""),
            "director_post": str(self.subject.director_post_id or ""),
            "version": self.subject.version,
        }

    def act(self, form: DepartmentLeadsForm) -> HttpResponse:
        department = services.set_department_leads(actor=self.actor, department=self.subject, **form.cleaned_data)
        return self.done(f"Leads of {department.name} changed", to=department)


class CloseDepartment(DepartmentAction):
    form_class = ClosePostForm
    title = "Close department"
    button = "Close department"
    button_style = "warning"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.subject.version}

    def act(self, form: ClosePostForm) -> HttpResponse:
        department = services.close_department(actor=self.actor, department=self.subject, **form.cleaned_data)
        return self.done(f"{department.name} closed", to="organisation:list_departments")
