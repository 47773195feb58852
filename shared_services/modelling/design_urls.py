"""Addresses of the designer: drawing, list of steps, forms and decision tables of a draft."""

from __future__ import annotations

from django.urls import path

from .views import boards, form_builder, step_list, tables

urlpatterns = [
    path("drawing/", boards.DrawDraft.as_view(), name="draw_draft"),
    path("drawing/save/", boards.SaveDrawing.as_view(), name="save_drawing"),
    path("drawing/check/", boards.CheckDrawing.as_view(), name="check_drawing"),
    path("drawing/export/", boards.ExportDrawing.as_view(), name="export_drawing"),
    path("steps/", step_list.ListSteps.as_view(), name="list_steps"),
    path("steps/add/", step_list.ChooseKind.as_view(), name="choose_kind"),
    path("steps/add/<slug:tag>/", step_list.AddStep.as_view(), name="add_step"),
    path("steps/<str:step>/change/", step_list.ChangeStep.as_view(), name="change_step"),
    path("steps/<str:step>/remove/", step_list.RemoveStep.as_view(), name="remove_step"),
    path("steps/<str:step>/move/", step_list.MoveStep.as_view(), name="move_step"),
    path("steps/<str:step>/ways/", step_list.ChangeWays.as_view(), name="change_ways"),
    path("forms/", form_builder.DesignForms.as_view(), name="design_forms"),
    path("forms/<str:step>/", form_builder.DesignForm.as_view(), name="design_form"),
    path("forms/<str:step>/preview/", form_builder.PreviewForm.as_view(), name="preview_form"),
    path("forms/<str:step>/name/", form_builder.NameTheCase.as_view(), name="name_the_case"),
    path("forms/<str:step>/add/", form_builder.ChooseFieldKind.as_view(), name="choose_field_kind"),
    path("forms/<str:step>/add/field/", form_builder.AddField.as_view(), name="add_field"),
    path("forms/<str:step>/<slug:field>/change/", form_builder.ChangeField.as_view(), name="change_field"),
    path("forms/<str:step>/<slug:field>/remove/", form_builder.RemoveField.as_view(), name="remove_field"),
    path("forms/<str:step>/<slug:field>/do/", form_builder.FieldButton.as_view(), name="field_button"),
    path("tables/", tables.ListTables.as_view(), name="list_tables"),
    path("tables/add/", tables.AddTable.as_view(), name="add_table"),
    path("tables/<int:number>/draw/", boards.DrawTable.as_view(), name="draw_table"),
    path("tables/<int:number>/save/", boards.SaveTable.as_view(), name="save_table"),
    path("tables/<int:number>/export/", boards.ExportTable.as_view(), name="export_table"),
    path("tables/<int:number>/remove/", tables.RemoveTableFile.as_view(), name="remove_table_file"),
    path("tables/<int:number>/<str:decision>/", tables.EditTable.as_view(), name="edit_table"),
]
