from __future__ import annotations

from councils.organisation.models import Appointment, Department, Post
from councils.organisation.services import appoint, change_post, create_post, set_department_leads
from shared_services.access.models import OfficerCard

from .kinds import Column, Outcome, Row, RowFault, Table, officer_by_email

LEADS = {"": "", "head": "head_post", "director": "director_post"}


def save_post(actor: OfficerCard, row: Row) -> Outcome:
    number = row["post number"].upper()
    department = Department.objects.filter(code=row["department code"].upper()).first()
    if department is None:
        raise RowFault("department code", f"There is no department {row['department code']}. Add it first")
    manager = None
    if row["reports to"]:
        manager = Post.objects.filter(number=row["reports to"].upper()).first()
        if manager is None:
            raise RowFault("reports to", f"There is no post {row['reports to']}. Put it above this row")
    if row["leads"].lower() not in LEADS:
        raise RowFault("leads", "Write head, director, or nothing")
    post = Post.objects.filter(number=number).first()
    outcome = Outcome.UNCHANGED
    if post is None:
        post = create_post(
            actor=actor, number=number, title=row["title"], department=department, reports_to=manager, grade=row["grade"]
        )  # fmt: skip
        outcome = Outcome.ADDED
    elif (post.title, post.department_id, post.reports_to_id, post.grade) != (
        row["title"], department.pk, manager and manager.pk, row["grade"]
    ):  # fmt: skip
        change_post(
            actor=actor, post=post, title=row["title"], department=department, reports_to=manager, grade=row["grade"]
        )
        outcome = Outcome.CHANGED
    if _take_holder(actor, post, row) | _take_lead(actor, post, department, row) and outcome is Outcome.UNCHANGED:
        outcome = Outcome.CHANGED
    return outcome


def _take_holder(actor: OfficerCard, post: Post, row: Row) -> bool:
    if not row["holder email"]:
        return False
    card = officer_by_email(row["holder email"], "holder email")
    if Appointment.objects.filter(post=post, card_id=card.pk, to_on__isnull=True).exists():
        return False
    appoint(actor=actor, post=post, card_id=card.pk)
    return True


def _take_lead(actor: OfficerCard, post: Post, department: Department, row: Row) -> bool:
    lead = LEADS[row["leads"].lower()]
    if not lead or getattr(department, f"{lead}_id") == post.pk:
        return False
    head, director = department.head_post, department.director_post
    set_department_leads(
        actor=actor,
        department=department,
        head_post=post if lead == "head_post" else head,
        director_post=post if lead == "director_post" else director,
    )
    return True


POSTS = Table(
    key="posts",
    title="Posts",
    permission="organisation.manage_structure",
    columns=(
        Column("post number", "Unique, up to 12 letters and numbers", "LIB001"),
        Column("title", "", "Head of libraries"),
        Column("department code", "", "LIB"),
        Column("reports to", "The number of the manager’s post", "NEI001", required=False),
        Column("grade", "", "PO12", required=False),
        Column("holder email", "The officer in the post", "amber.siskin@example.gov.uk", required=False),
        Column("leads", "head or director, where the post leads its department", "head", required=False),
    ),
    natural_key=("post number",),
    save=save_post,
    noun="post",
    about="Who manages whom follows from the posts. Put each manager’s post above the posts that report to it.",
)
