"""Who holds a cost centre's budget: the officer named on it, or whoever is in the post named on it."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from councils.organisation.selectors import departments_led_by, holders_of_posts, posts_of_card
from shared_services.access.models import OfficerCard
from shared_services.tenancy.door import current_council

from .models import CostCentre


def budget_holder_ids(cost_centre_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Cost centre -> the card of its budget holder. A centre with a vacant post and no officer is left out."""
    named = list(
        CostCentre.objects.filter(pk__in=list(cost_centre_ids)).values_list(
            "pk", "budget_holder_id", "budget_holder_post_id"
        )
    )
    in_post = holders_of_posts({post for _pk, card, post in named if post and not card})
    found = {pk: card or in_post.get(post) for pk, card, post in named}
    return {pk: card for pk, card in found.items() if card}


def budget_holder_cards(cost_centre_ids: Iterable[UUID]) -> dict[UUID, OfficerCard]:
    """Cost centre -> its budget holder, where he or she is still at work."""
    ids = budget_holder_ids(cost_centre_ids)
    cards = OfficerCard.objects.of_council(current_council().number).active().in_bulk(set(ids.values()))
    return {centre: cards[card] for centre, card in ids.items() if card in cards}


def cost_centres_held_by(card_id: UUID) -> list[UUID]:
    """The cost centres whose budget an officer holds, by name or by post."""
    posts = [post.pk for post in posts_of_card(card_id)]
    by_name = CostCentre.objects.filter(budget_holder_id=card_id)
    by_post = CostCentre.objects.filter(budget_holder_id__isnull=True, budget_holder_post_id__in=posts)
    return list((by_name | by_post).values_list("pk", flat=True))


def cost_centres_answered_for(card_id: UUID) -> list[UUID]:
    """The cost centres that are an officer's: those whose budget he holds and those of the departments he leads."""
    led = CostCentre.objects.filter(department_id__in=departments_led_by(card_id)).values_list("pk", flat=True)
    return list({*cost_centres_held_by(card_id), *led})
