"""Headings of tables, written where the table is."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def split_words(text: str) -> list[str]:
    """“Case,Amount” as two headings."""
    return text.split(",")
