"""How officers keep lists the way they like them."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from shared_services.audit.services import record
from shared_services.tenancy.errors import NotAllowed

from .models import SavedView

MOST_VIEWS = 50


@transaction.atomic
def choose_columns(*, account: Any, page: str, path: str, columns: list[str]) -> None:
    """Remember which columns an officer wants on one list; none goes back to the usual ones."""
    mine = SavedView.objects.filter(account=account, page=page, kind=SavedView.Kind.COLUMNS)
    if not columns:
        mine.delete()
        return
    SavedView.objects.update_or_create(
        account=account,
        page=page,
        kind=SavedView.Kind.COLUMNS,
        name="",
        defaults={"columns": columns, "path": path[:300]},
    )


@transaction.atomic
def save_view(
    *,
    actor: Any,
    account: Any,
    page: str,
    path: str,
    name: str,
    query: str,
    is_shared: bool = False,
    is_default: bool = False,
) -> SavedView:
    """Keep a list's filters, order and columns under a name. The same name again replaces the view."""
    mine = SavedView.objects.filter(account=account, page=page, kind=SavedView.Kind.VIEW)
    if not mine.filter(name=name).exists() and mine.count() >= MOST_VIEWS:
        raise NotAllowed(f"You have {MOST_VIEWS} saved views of this list. Delete one before you save another.")
    if is_default:
        mine.filter(is_default=True).update(is_default=False)
    view, _ = SavedView.objects.update_or_create(
        account=account,
        page=page,
        kind=SavedView.Kind.VIEW,
        name=name,
        defaults={"path": path, "query": query, "is_shared": is_shared, "is_default": is_default},
    )
    record(actor, "govuk.saved_view.saved", view, page=page, shared=is_shared)
    return view


@transaction.atomic
def change_view(*, actor: Any, view: SavedView, name: str, is_shared: bool, is_default: bool) -> SavedView:
    """Rename a saved view, share it, or open the list with it."""
    others = SavedView.objects.filter(account_id=view.account_id, page=view.page, kind=view.kind).exclude(pk=view.pk)
    if others.filter(name=name).exists():
        raise NotAllowed(f"You already have a view of this list called {name}. Choose another name.")
    if is_default:
        others.filter(is_default=True).update(is_default=False)
    view.name, view.is_shared, view.is_default = name, is_shared, is_default
    view.save(update_fields=["name", "is_shared", "is_default"])
    record(actor, "govuk.saved_view.changed", view, page=view.page, shared=is_shared)
    return view


@transaction.atomic
def delete_view(*, actor: Any, view: SavedView) -> None:
    """Take a saved view away; the list itself stays as it is."""
    record(actor, "govuk.saved_view.deleted", view, page=view.page)
    view.delete()
