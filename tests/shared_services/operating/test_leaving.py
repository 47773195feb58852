"""A council leaves: two officers decide, the partners see the day, its room goes and nobody else's is touched."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.utils import timezone

from councils.organisation.models import Department
from shared_services.access.models import OfficerCard
from shared_services.audit.models import AuditEntry
from shared_services.messaging.models import OutboxMessage
from shared_services.operating import dumps
from shared_services.operating.before_leaving import leaving_checks
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import Consent, LeaveNotice, Operation
from shared_services.operating.services import following
from shared_services.operating.services.leaving import agree_to_leave, call_back, give_notice
from shared_services.operating.services.removing import remove_folder
from shared_services.tenancy import directory, wall
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council, ReferenceCounter
from shared_services.tenancy.owner import owner_connection
from tests.owner_jobs import do_owner_jobs

from .conftest import fresh
from .test_backups import database

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture
def notice(northmoor, administrator, s151) -> LeaveNotice:
    """Northmoor's notice, given by its administrator and agreed by its section 151 officer."""
    with inside_council(northmoor):
        give_notice(
            actor=administrator, leaves_on=timezone.localdate() + timedelta(days=30), reason="We go our own way"
        )
        return agree_to_leave(actor=s151)


@pytest.fixture
def take_up(shared_service):
    """take_up() -> everything that is due is promised and done."""

    def follow() -> None:
        with inside_council(shared_service):
            following.go_on()
        do_owner_jobs()
        fresh(0)

    return follow


@pytest.fixture
def role_back():
    """Roles belong to the whole server, and the next test's database has this council again."""
    yield
    with owner_connection("postgres") as owner:
        owner.execute(wall.create_role_sql("c0001", settings.ROLE_PASSWORD("c0001")))


def let_pass(days: int) -> None:
    """As if the council's last day were so many days ago."""
    day = timezone.localdate() - timedelta(days=days)
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.tenancy_council SET leaves_on = %s WHERE number = 1", [day])
        owner.execute("UPDATE public.operating_leavenotice SET leaves_on = %s", [day])
    directory.forget()


def test_notice_counts_only_when_a_second_officer_has_agreed(
    shared_service, northmoor, administrator, officer_in, take_up
):
    both = officer_in(northmoor, "council_administrator", "section_151_officer")
    with inside_council(northmoor):
        give_notice(actor=both, leaves_on=timezone.localdate() + timedelta(days=30))
        with pytest.raises(NotAllowed, match="another officer"):
            agree_to_leave(actor=both)
        with pytest.raises(NotAllowed, match="Section 151"):
            agree_to_leave(actor=administrator)
    take_up()

    assert fresh(1).state == Council.State.LIVE


def test_the_database_refuses_that_one_officer_decides_alone(northmoor, administrator):
    with pytest.raises(IntegrityError), inside_council(northmoor):
        LeaveNotice(
            owner_id=1, parts=[0], council_name="Northmoor", leaves_on=timezone.localdate(), given_by=administrator,
            given_by_name="A", agreed_by=administrator, agreed_by_name="A",
        ).save(force_insert=True)  # fmt: skip


def test_the_partners_see_the_day_and_everything_goes_on_until_then(
    northmoor, eastvale, notice, take_up, officer_in, client_for, s151
):
    partner = client_for(officer_in(eastvale, "section_151_officer"))
    assert b"leaving on" not in partner.get("/").content

    take_up()

    assert fresh(1).state == Council.State.LEAVING and not fresh(1).is_closed
    assert b"Northmoor City Council: leaving on" in partner.get("/").content
    assert b"We go our own way" in partner.get("/notice-to-leave/partners/").content
    assert client_for(s151).get("/notice-to-leave/").status_code == 200
    assert [council.number for council in directory.all_councils()] == [1, 2]


def test_after_the_day_only_administrators_come_in(northmoor, administrator, s151, notice, take_up, client_for):
    clients = client_for(administrator), client_for(s151)
    take_up()
    let_pass(1)

    assert clients[0].get("/").status_code == 200
    closed = clients[1].get("/")
    assert closed.status_code == 403 and b"left the partnership" in closed.content
    assert Client(headers={"host": "northmoor.test"}).get("/api/v1/me/").status_code == 403
    assert [council.number for council in directory.all_councils()] == [2]


def test_a_council_that_left_can_be_called_back_until_its_room_is_removed(
    northmoor, administrator, s151, notice, take_up, client_for
):
    take_up()
    let_pass(settings.LEAVING_KEEP_DAYS - 1)
    take_up()
    with inside_council(fresh(1)):
        call_back(actor=administrator)

    take_up()

    assert fresh(1).state == Council.State.LIVE and fresh(1).leaves_on is None
    assert client_for(s151).get("/").status_code == 200


@pytest.mark.whole_server
def test_removing_a_room_touches_no_other_and_keeps_what_others_share(
    shared_service, northmoor, eastvale, administrator, s151, notice, take_up, backup, officer_in, role_back
):
    officer_in(eastvale, "requisitioner")
    with inside_council(northmoor):
        Department.objects.create(code="PRK", name="Parks")
        ReferenceCounter(owner_id=1, kind="REQ", year=2026, last=3).save(force_insert=True)
        Consent(
            owner_id=1, parts=[0], operation_key=notice.pk, digest="x", agreed=True, officer_name="Opal Linnet"
        ).save(force_insert=True)
    files = Path(settings.PRIVATE_FILES_DIR) / "c0001"
    files.mkdir(parents=True, exist_ok=True)
    (files / "letter.txt").write_text("Dear all")
    take_up()
    let_pass(settings.LEAVING_KEEP_DAYS + 1)
    with inside_council(shared_service):
        following.go_on()
    before = everything_but(1)

    do_owner_jobs()

    with owner_connection(database()) as owner:
        assert owner.execute("SELECT count(*) FROM pg_namespace WHERE nspname = 'c0001'").fetchone()[0] == 0
        assert owner.execute("SELECT count(*) FROM public.tenancy_referencecounter").fetchone()[0] == 0
        assert owner.execute("SELECT count(*) FROM public.operating_consent").fetchone()[0] == 1
        kept = owner.execute("SELECT work_name, active FROM public.access_officercard WHERE owner_id = 1").fetchall()
    # The two who decided stay named in the notice that the partners have; nobody else's card is kept.
    assert sorted(kept) == [("Opal Linnet", False), ("Wren Sallow", False)]
    assert not files.exists() and not (settings.BACKUPS_DIR / "c0001").exists()
    fresh(0)
    assert directory.council_by_number(1) is None
    assert Client(headers={"host": "northmoor.test"}).get("/").status_code == 404
    with inside_council(shared_service):
        council = Council.objects.get(pk=1)
        assert (council.state, council.ended_on) == (Council.State.ENDED, notice_day())
        assert Operation.objects.get(kind=Kind.REMOVE).status == Status.DONE
        assert AuditEntry.objects.filter(event="operating.remove.done").exists()
    assert everything_but(1) == before


def notice_day():
    with owner_connection(database()) as owner:
        return owner.execute("SELECT leaves_on FROM public.operating_leavenotice").fetchone()[0]


def everything_but(number: int) -> str:
    """A hash of every other council's tables, and of every shared row that is not the council's or the team's own."""
    digest = hashlib.sha256()
    with owner_connection(database()) as owner:
        digest.update(repr(sorted(dumps.figures_of(owner, "c0002").items())).encode())
        tables = owner.execute(
            "SELECT table_name FROM information_schema.columns WHERE table_schema = 'public' AND column_name = 'owner_id'"
            " ORDER BY 1"
        ).fetchall()
        for (table,) in tables:
            rows = owner.execute(
                f"SELECT md5(coalesce(string_agg(t::text, '' ORDER BY t.id), '')) FROM public.{table} t"
                " WHERE owner_id NOT IN (0, %s)",
                [number],
            ).fetchone()
            digest.update(f"{table} {rows[0]}".encode())
    return digest.hexdigest()


def test_a_room_is_not_removed_before_its_time(shared_service, notice, take_up):
    take_up()
    let_pass(settings.LEAVING_KEEP_DAYS - 1)

    take_up()

    assert fresh(1).is_closed
    with inside_council(shared_service):
        assert not Operation.objects.filter(kind=Kind.REMOVE).exists()


def test_what_is_open_is_listed_before_a_council_leaves(northmoor, backup, ask, s151, client_for):
    ask(Kind.RESTORE, backup_id=backup.pk)

    with inside_council(northmoor):
        checks = {check.title: check for check in leaving_checks()}

    assert checks["Nothing that the platform’s team asked or does is open"].found == ("Restore from a backup",)
    assert checks["Joint cases and cases handed over are closed"].ok
    assert "Restore from a backup" in client_for(s151).get("/notice-to-leave/").content.decode()


def test_the_pages_of_leaving_lead_through_both_officers(northmoor, administrator, s151, client_for):
    day = timezone.localdate() + timedelta(days=40)
    boxes = {"leaves_on_day": day.day, "leaves_on_month": day.month, "leaves_on_year": day.year, "reason": "Costs"}

    past = client_for(administrator).post("/notice-to-leave/give/", {**boxes, "leaves_on_year": 2020})
    assert past.status_code == 422 and b"must be on or after" in past.content
    given = client_for(administrator).post("/notice-to-leave/give/", boxes)
    assert given.status_code == 302
    assert b"You are asked to agree" in client_for(s151).get("/").content
    assert client_for(s151).post("/notice-to-leave/agree/").status_code == 302

    page = client_for(administrator).get("/notice-to-leave/").content.decode()
    assert "Opal Linnet agreed" in page and "Withdraw the notice" in page
    with inside_council(northmoor):
        assert OutboxMessage.objects.filter(owner_id=1).count() >= 0
        assert OfficerCard.objects.get(pk=s151.pk).active


def test_a_council_that_is_called_back_at_the_last_moment_keeps_its_room(
    shared_service, northmoor, administrator, notice, take_up
):
    take_up()
    let_pass(settings.LEAVING_KEEP_DAYS + 1)
    with inside_council(shared_service):
        following.go_on()
    with inside_council(fresh(1)):
        call_back(actor=administrator)

    do_owner_jobs()

    with inside_council(shared_service):
        removal = Operation.objects.get(kind=Kind.REMOVE)
    assert removal.status == Status.WITHDRAWN and "called its notice back" in removal.cause
    take_up()
    assert fresh(1).state == Council.State.LIVE
    with inside_council(fresh(1)):
        assert AuditEntry.objects.filter(event="operating.remove.withdrawn").exists()


def test_a_room_is_kept_its_time_although_the_notice_names_a_day_that_is_past(shared_service, notice, take_up):
    with owner_connection(database()) as owner:
        owner.execute("UPDATE public.operating_leavenotice SET leaves_on = '2020-01-01'")

    take_up()
    take_up()

    assert fresh(1).leaves_on == timezone.localdate()
    with inside_council(shared_service):
        assert not Operation.objects.filter(kind=Kind.REMOVE).exists()


def test_the_database_refuses_an_agreement_that_names_nobody(northmoor, administrator):
    with pytest.raises(IntegrityError), inside_council(northmoor):
        LeaveNotice(
            owner_id=1, parts=[0], council_name="Northmoor", leaves_on=timezone.localdate(), given_by=administrator,
            given_by_name="A", agreed_at=timezone.now(), agreed_by_name="B",
        ).save(force_insert=True)  # fmt: skip


def test_a_folder_that_cannot_be_removed_is_not_said_to_be_gone(tmp_path):
    kept, link = tmp_path / "kept", tmp_path / "c0001"
    kept.mkdir()
    link.symlink_to(kept)

    with pytest.raises(OSError, match="symbolic link"):
        remove_folder(link)

    remove_folder(kept)
    remove_folder(kept)
    assert not kept.exists()


def test_what_to_settle_is_linked_for_those_only_who_may_go_there(administrator, s151, client_for):
    assert (
        b'href="/exit-packs/"'
        in client_for(administrator).get("/notice-to-leave/").content.split(b"Before you leave")[1]
    )
    assert b"A council administrator asks for one" in client_for(s151).get("/notice-to-leave/").content
    assert b'href="/exit-packs/"' not in client_for(s151).get("/notice-to-leave/").content


def test_a_notice_whose_day_came_before_it_was_agreed_is_given_anew(northmoor, administrator, s151, client_for):
    with inside_council(northmoor):
        given = give_notice(actor=administrator, leaves_on=timezone.localdate() + timedelta(days=30))
        LeaveNotice.objects.filter(pk=given.pk).update(leaves_on=timezone.localdate())
        with pytest.raises(NotAllowed, match="has passed. Withdraw it"):
            agree_to_leave(actor=s151)

    page = client_for(s151).get("/notice-to-leave/").content.decode()
    assert "the notice does not count" in page and "Agree to leave" not in page
    assert client_for(s151).get("/notice-to-leave/agree/").status_code == 409


def test_withdrawing_a_notice_says_what_becomes_of_it(northmoor, administrator, notice, client_for):
    browser = client_for(administrator)
    page = browser.get("/notice-to-leave/call-back/")
    assert b"Nothing is removed" in page.content

    browser.post("/notice-to-leave/call-back/", {"form_token": page.context["form_token"]})

    assert browser.get("/notice-to-leave/call-back/").status_code == 409
    with inside_council(northmoor):
        assert not LeaveNotice.objects.filter(withdrawn_at=None).exists()
