"""Filters of lists, drawn in the filter panel."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import django_filters
from django import forms
from django.db import models
from django.utils.safestring import SafeString

from .fields import CheckboxesField, DateField, MoneyField
from .forms import GovukForm


class FilterForm(GovukForm):
    mark_optional = False
    small_boxes = True


class DateFilter(django_filters.Filter):
    """On, from or until a date: `DateFilter("raised_on", lookup_expr="gte", label="Raised from")`."""

    field_class = DateField


class MoneyFilter(django_filters.Filter):
    """An amount: `MoneyFilter("total_amount", lookup_expr="gte", label="At least")`."""

    field_class = MoneyField


class CheckboxesFilter(django_filters.MultipleChoiceFilter):
    """Any of a few values."""

    field_class = CheckboxesField

    @property
    def field(self) -> forms.Field:
        if not hasattr(self, "_field"):
            extra = {name: value for name, value in self.extra.items() if name != "null_label"}
            self._field = CheckboxesField(label=self.label, **extra)
        return self._field


class ListedFilter(django_filters.ChoiceFilter):
    """One of many values that are read from the council's room when the page is drawn: `listed` gives the choices."""

    def __init__(self, *args: Any, listed: Callable[[], list[tuple[str, str]]], **kwargs: Any) -> None:
        self.listed = listed
        super().__init__(*args, **kwargs)

    @property
    def field(self) -> forms.Field:
        if not hasattr(self, "_field"):
            self.extra["choices"] = self.listed()
        return super().field


class GovukFilterSet(django_filters.FilterSet):
    """The base of the filters of a list."""

    FILTER_DEFAULTS = {
        **django_filters.FilterSet.FILTER_DEFAULTS,
        models.DateField: {"filter_class": DateFilter},
        models.DecimalField: {"filter_class": MoneyFilter},
    }

    def get_form_class(self) -> type[forms.Form]:
        # Whatever a subclass says in its Meta, its form is drawn in the panel's way.
        fields: dict[str, Any] = {name: filter_.field for name, filter_ in self.filters.items()}
        return type(f"{type(self).__name__}Form", (FilterForm,), fields)

    @classmethod
    def says_nothing(cls, names: Iterable[str], *, others: set[str]) -> bool:
        """Whether an address with these parameters chooses none of the filters: the list is then the list itself.

        `others` are the parameters that a list reads itself. A set that fills in what was not chosen always filters.
        """
        return cls.__init__ is GovukFilterSet.__init__ and others.issuperset(names)

    @classmethod
    def blank_panel(cls, rows: Callable[[], Any]) -> SafeString:
        """The fields of the panel with nothing chosen, drawn once for the same choices. `rows` gives what is filtered."""
        choices = []
        for name, one in cls.base_filters.items():
            if "queryset" in one.extra:
                return panel_fields(cls({}, queryset=rows()).form)
            listed = getattr(one, "listed", None) or one.extra.get("choices")
            if callable(listed):
                choices.append((name, tuple((key, str(label)) for key, label in listed())))
        drawn = (cls, tuple(choices))
        panel = _panels.get(drawn)
        if panel is None:
            panel = panel_fields(cls({}, queryset=rows()).form)
            # Other threads draw and drop panels meanwhile.
            for oldest in list(_panels)[: max(0, len(_panels) - KEPT_PANELS + 1)]:
                _panels.pop(oldest, None)
            _panels[drawn] = panel
        return panel


KEPT_PANELS = 256
_panels: dict[tuple[Any, ...], SafeString] = {}


def panel_fields(form: forms.Form) -> SafeString:
    return SafeString("".join([field.as_field_group() for field in form]))
