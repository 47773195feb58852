"""Search over departments, posts and officers."""

from __future__ import annotations

from django.db.models import Q
from django.urls import reverse

from shared_services.access.models import OfficerCard
from shared_services.govuk.search import HITS_OF_A_KIND, SearchHit, search_provider
from shared_services.tenancy.door import current_council

from .models import Department, Post


@search_provider("organisation.view_structure")
def find_officers(query: str, actor: OfficerCard) -> list[SearchHit]:
    """Officers of the council by name, email or job title."""
    cards = OfficerCard.objects.of_council(current_council().number).active()
    matching = cards.filter(
        Q(work_name__icontains=query) | Q(work_email__icontains=query) | Q(job_title__icontains=query)
    )
    return [
        SearchHit(card.work_name, reverse("organisation:show_officer", args=[card.pk]), card.job_title, "Officers")
        for card in matching[:HITS_OF_A_KIND]
    ]


@search_provider("organisation.view_structure")
def find_departments_and_posts(query: str, actor: OfficerCard) -> list[SearchHit]:
    """Open departments and posts by name, code or number."""
    departments = Department.objects.open().filter(Q(name__icontains=query) | Q(code__iexact=query))
    posts = Post.objects.open().filter(Q(title__icontains=query) | Q(number__iexact=query))
    return [
        *(
            SearchHit(one.name, one.get_absolute_url(), f"Department {one.code}", "Departments")
            for one in departments[:HITS_OF_A_KIND]
        ),
        *(
            SearchHit(one.title, one.get_absolute_url(), f"Post {one.number}, {one.department.name}", "Posts")
            for one in posts.select_related("department")[:HITS_OF_A_KIND]
        ),
    ]
