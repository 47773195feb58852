"""The exit pack on the portal: asked for, agreed by a second officer, written, downloaded by who may, deleted in time."""

from __future__ import annotations

import hashlib
import io
import os
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from shared_services.audit.models import AuditEntry
from shared_services.leaving import services
from shared_services.leaving.choices import PackStatus
from shared_services.leaving.models import ANSWERED_WITHIN, SILENCE, ExitPack
from shared_services.leaving.pack.checking import check_pack
from shared_services.leaving.second_officer import agree_to_pack, withdraw_pack
from shared_services.leaving.services import UNFINISHED_FOR
from shared_services.messaging.models import OutboxMessage
from shared_services.messaging.outbox import enqueue
from shared_services.messaging.running import run_waiting
from shared_services.notices.models import Notice
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.owner import owner_connection
from tests.programs import program_of

pytestmark = pytest.mark.usefixtures("walled")


@pytest.fixture(autouse=True)
def files(settings, tmp_path) -> Path:
    """A folder of files for each test, since each begins with a database of its own."""
    settings.PRIVATE_FILES_DIR = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def administrator(walled, northmoor, officer_in):
    return officer_in(northmoor, "council_administrator", name="Ada Administrator")


@pytest.fixture
def second(walled, northmoor, officer_in):
    return officer_in(northmoor, "section_151_officer", name="Sam Section")


@pytest.fixture
def agreed(northmoor, administrator, second) -> Callable[[], ExitPack]:
    """agreed() -> a pack that was asked for and agreed."""

    def make() -> ExitPack:
        with inside_council(northmoor):
            pack = services.ask_for_pack(actor=administrator)
            return agree_to_pack(actor=second, pack_id=pack.pk)

    return make


@pytest.fixture
def ready(northmoor, agreed) -> ExitPack:
    agreed()
    run_waiting()
    with inside_council(northmoor):
        return ExitPack.objects.get()


def events(council) -> list[str]:
    with inside_council(council):
        found = AuditEntry.objects.filter(event__startswith="leaving.").order_by("at")
        return list(found.values_list("event", flat=True))


def archive_of(pack: ExitPack) -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / "c0001" / "exit-packs" / f"{pack.pk}.zip"


def answer(client: Client, place: str, **given: str):
    page = client.get(f"{place}answer/")
    return client.post(f"{place}answer/", {"form_token": page.context["form_token"], **given}, follow=True)


def test_an_administrator_asks_a_second_officer_agrees_and_a_sound_pack_is_downloaded(
    northmoor, administrator, second, client_for, tmp_path
):
    client = client_for(administrator)
    page = client.get("/exit-packs/ask/")
    assert b"accounts_account.password" in page.content
    shown = client.post("/exit-packs/ask/", {"form_token": page.context["form_token"]}, follow=True)
    place = shown.redirect_chain[-1][0]
    run_waiting()
    assert b"until a second officer" in shown.content and b"Sam Section" in shown.content
    assert b"waits for a second officer" in client_for(second).get("/").content

    agreed = answer(client_for(second), place, agreed="yes")
    assert b"It waits for its turn" in agreed.content
    run_waiting()

    shown = client.get(place)
    assert b"Download the pack" in shown.content
    response = client.get(f"{place}download/")
    content = b"".join(response.streaming_content)
    with inside_council(northmoor):
        pack = ExitPack.objects.get()
    assert hashlib.sha256(content).hexdigest() == pack.sha256
    assert response.headers["Content-Length"] == str(len(content)) == str(pack.size)
    with zipfile.ZipFile(io.BytesIO(content)) as packed:
        packed.extractall(tmp_path / "taken")
    assert check_pack(tmp_path / "taken" / str(pack.pk)).sha256 == pack.manifest_sha256
    assert pack.sha256.encode() in shown.content
    assert events(northmoor) == [
        "leaving.pack.asked_for", "leaving.pack.agreed", "leaving.pack.written", "leaving.pack.downloaded",
    ]  # fmt: skip
    assert b"Agreed by Sam Section" in shown.content
    with inside_council(northmoor):
        asked, told = Notice.objects.filter(kind__startswith="pack_").order_by("created_at")
        assert (asked.card_id, asked.kind, asked.is_read) == (second.pk, "pack_asked", True)
        assert (told.card_id, told.title) == (administrator.pk, "Sam Section agreed")
    assert {second.work_email, administrator.work_email} <= {to for message in mail.outbox for to in message.to}


def test_nobody_is_the_second_officer_of_his_own_pack_whatever_the_code_asks(northmoor, administrator, second):
    with inside_council(northmoor):
        pack = services.ask_for_pack(actor=administrator)
        with pytest.raises(NotAllowed, match="another officer has to answer"):
            agree_to_pack(actor=administrator, pack_id=pack.pk)
        for forged in ({"answered_by": None}, {"answered_by": administrator}):
            with pytest.raises(IntegrityError, match="exit_pack_by_two_officers"), transaction.atomic():
                ExitPack.objects.filter(pk=pack.pk).update(status=PackStatus.WRITING, **forged)
        enqueue("leaving.write_pack", pack_id=pack.pk)
    run_waiting()

    with inside_council(northmoor):
        assert ExitPack.objects.get().status == PackStatus.ASKED
    assert not archive_of(pack).parent.exists() or not list(archive_of(pack).parent.iterdir())


def test_a_council_with_one_such_officer_is_told_whom_to_give_the_role(
    northmoor, administrator, client_for, officer_in
):
    officer_in(northmoor, "section_151_officer", "auditor")
    page = client_for(administrator).get("/exit-packs/ask/").content.decode()

    assert "Section 151 officer or Council administrator" in page and "export_council" in page
    assert "Ask a second officer to agree" not in page
    refused = program_of(administrator, "leaving:write").post("exit-packs/")
    assert refused.status_code == 409 and "No other officer" in refused.json()["detail"]


def test_a_second_officer_refuses_with_a_reason_and_an_asker_withdraws(
    northmoor, administrator, second, client_for, officer_in
):
    another = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        pack = services.ask_for_pack(actor=administrator)
    run_waiting()
    place = pack.get_absolute_url()
    no_reason = answer(client_for(second), place, agreed="no", reason=" ")
    assert b"Ada Administrator reads it" in no_reason.content

    shown = answer(client_for(second), place, agreed="no", reason="Nobody told me of it")

    assert b"You refused" in shown.content and b"Nobody told me of it" in client_for(administrator).get(place).content
    run_waiting()
    with inside_council(northmoor):
        assert Notice.objects.get(kind="pack_answered").title == "Sam Section refused"
        assert not Notice.objects.unread().filter(kind="pack_asked").exists(), (
            "the other administrator is not asked any more"
        )
        with pytest.raises(NotAllowed, match="refused by Sam Section"):
            agree_to_pack(actor=another, pack_id=pack.pk)
        again = services.ask_for_pack(actor=administrator)
        with pytest.raises(NotAllowed, match="You can refuse it"):
            withdraw_pack(actor=another, pack_id=again.pk)
    run_waiting()
    client = client_for(administrator)
    page = client.get(f"{again.get_absolute_url()}withdraw/")
    client.post(f"{again.get_absolute_url()}withdraw/", {"form_token": page.context["form_token"]})
    run_waiting()
    with inside_council(northmoor):
        assert not Notice.objects.unread().filter(kind="pack_asked").exists()
        assert ExitPack.objects.get(pk=again.pk).status == PackStatus.WITHDRAWN
    assert not any(event.endswith("written") for event in events(northmoor))


def test_a_request_that_nobody_answers_ends_after_seven_days(northmoor, administrator, second):
    with inside_council(northmoor):
        pack = services.ask_for_pack(actor=administrator)
        ExitPack.objects.update(asked_at=timezone.now() - ANSWERED_WITHIN)
        with pytest.raises(NotAllowed, match="within seven days"):
            agree_to_pack(actor=second, pack_id=pack.pk)

        services.tidy_packs()
        services.tidy_packs()

        assert ExitPack.objects.get().status == PackStatus.LAPSED
        services.ask_for_pack(actor=administrator)
    assert events(northmoor).count("leaving.pack.lapsed") == 1


def test_only_who_may_take_a_pack_sees_or_downloads_one(northmoor, eastvale, ready, officer_in, client_for):
    treasurer = client_for(officer_in(northmoor, "section_151_officer"))
    assert treasurer.get(ready.get_absolute_url()).status_code == 200, "who is asked sees what became of it"
    assert b"Download" not in treasurer.get(ready.get_absolute_url()).content
    for path in ("/exit-packs/ask/", f"{ready.get_absolute_url()}download/", f"{ready.get_absolute_url()}delete/"):
        assert treasurer.get(path).status_code == 403, path
    others = [
        officer_in(northmoor, "section_151_officer", "auditor"),
        officer_in(northmoor),
    ]
    for card in others:
        for path in (
            "/exit-packs/",
            "/exit-packs/ask/",
            ready.get_absolute_url(),
            f"{ready.get_absolute_url()}download/",
        ):
            assert client_for(card).get(path).status_code == 403, path
    neighbour = client_for(officer_in(eastvale, "council_administrator"))
    assert neighbour.get(ready.get_absolute_url()).status_code == 404
    assert neighbour.get(f"{ready.get_absolute_url()}download/").status_code == 404
    with inside_council(northmoor), pytest.raises(NotAllowed):
        services.ask_for_pack(actor=others[0])
    assert "leaving.pack.downloaded" not in events(northmoor)


def test_a_second_pack_waits_for_the_first_and_a_lost_one_is_given_up(northmoor, administrator, second, client_for):
    with inside_council(northmoor):
        first = services.ask_for_pack(actor=administrator)
        with pytest.raises(NotAllowed, match="waits for a second officer already"):
            services.ask_for_pack(actor=administrator)
        agree_to_pack(actor=second, pack_id=first.pk)
        with pytest.raises(NotAllowed, match="being written already"):
            services.ask_for_pack(actor=administrator)
    asking = client_for(administrator).get("/exit-packs/ask/").content.decode()
    assert first.get_absolute_url() in asking and "Ask a second officer to agree" not in asking
    with inside_council(northmoor):
        ExitPack.objects.update(worked_at=timezone.now() - SILENCE - timedelta(seconds=1))
    assert b"nobody took it up again" in client_for(administrator).get(first.get_absolute_url()).content

    with inside_council(northmoor):
        services.ask_for_pack(actor=administrator)

        assert ExitPack.objects.get(pk=first.pk).status == PackStatus.FAILED


def test_a_pack_is_deleted_when_its_time_is_over(northmoor, ready, administrator, client_for):
    assert archive_of(ready).exists()
    with inside_council(northmoor):
        ExitPack.objects.update(expires_at=timezone.now())
    client = client_for(administrator)
    refused = client.get(f"{ready.get_absolute_url()}download/")
    assert refused.status_code == 409 and b"Ask for a new one" in refused.content

    with inside_council(northmoor):
        services.tidy_packs()
        services.tidy_packs()

    assert not archive_of(ready).exists()
    assert b"Deleted" in client.get("/exit-packs/").content
    assert events(northmoor).count("leaving.pack.deleted") == 1


def test_what_a_killed_worker_left_is_removed_and_a_ready_pack_is_not(northmoor, ready, agreed):
    lost = agreed()
    with inside_council(northmoor):
        folder = archive_of(ready).parent
        (folder / f".{lost.pk}.unfinished").mkdir()
        (folder / f".{lost.pk}.unfinished" / "half.jsonl").write_text("{}")
        (folder / f"{lost.pk}.unfinished").write_text("half")
        services.tidy_packs()
        assert len(list(folder.iterdir())) == 3
        ExitPack.objects.filter(pk=lost.pk).update(worked_at=timezone.now() - SILENCE - timedelta(seconds=1))

        services.tidy_packs()

    assert list(folder.iterdir()) == [archive_of(ready)]


def test_what_a_killed_take_over_left_of_another_council_is_removed_after_a_day(northmoor, files):
    folder = files / "c0001" / "archives"
    (folder / "half").mkdir(parents=True)
    for name in ("half.zip", "half.unfinished", "new.zip"):
        (folder / name).write_text("half")
    long_ago = (timezone.now() - UNFINISHED_FOR - timedelta(minutes=1)).timestamp()
    for name in ("half", "half.zip", "half.unfinished"):
        os.utime(folder / name, (long_ago, long_ago))

    with inside_council(northmoor):
        services.tidy_packs()

    assert [place.name for place in folder.iterdir()] == ["new.zip"]


def test_an_administrator_deletes_a_pack_before_its_time(northmoor, ready, administrator, client_for):
    client = client_for(administrator)
    page = client.get(f"{ready.get_absolute_url()}delete/")

    client.post(f"{ready.get_absolute_url()}delete/", {"form_token": page.context["form_token"]})

    assert not archive_of(ready).exists()
    assert client.get(f"{ready.get_absolute_url()}download/").status_code == 409


def test_a_job_sent_twice_writes_one_pack_and_leaves_no_folder(northmoor, ready):
    with inside_council(northmoor):
        services.write_asked_pack(pack_id=ready.pk)

    assert [path.name for path in archive_of(ready).parent.iterdir()] == [f"{ready.pk}.zip"]
    assert events(northmoor).count("leaving.pack.written") == 1


def test_a_pack_that_cannot_be_written_says_so_and_leaves_nothing(northmoor, administrator, agreed, client_for):
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("REVOKE SELECT ON c0001.people_leavetype FROM c0001")
    pack = agreed()
    run_waiting()

    shown = client_for(administrator).get(pack.get_absolute_url())

    assert b"could not be written. Nothing was changed" in shown.content
    assert b"InsufficientPrivilege" in shown.content and b"mailto:" in shown.content
    assert list(archive_of(pack).parent.iterdir()) == []


def test_a_program_asks_for_a_pack_another_officer_agrees_and_the_first_sees_when_it_is_ready(
    northmoor, administrator, second, officer_in, client_for
):
    client = client_for(administrator)

    asked = client.post("/api/v1/exit-packs/", {}, content_type="application/json")
    again = client.post("/api/v1/exit-packs/", {}, content_type="application/json")
    agree = f"exit-packs/{asked.json()['id']}/agree/"
    own = program_of(administrator, "leaving:write").post(agree)
    unscoped = program_of(second, "leaving:read").post(agree)
    agreed = program_of(second, "leaving:write").post(agree)
    refused = program_of(second, "leaving:write").post(agree.replace("agree", "refuse"), {"reason": "Too late"})
    run_waiting()

    assert asked.status_code == 201 and asked.json()["status"] == "asked"
    assert (own.status_code, unscoped.status_code, refused.status_code) == (409, 403, 409)
    assert (agreed.json()["status"], agreed.json()["answered_by_name"]) == ("writing", "Sam Section")
    assert again.status_code == 409
    found = client.get(asked["Location"]).json()
    assert found["status"] == "ready" and len(found["manifest_sha256"]) == 64
    assert client_for(officer_in(northmoor)).get("/api/v1/exit-packs/").status_code == 403


def test_a_program_downloads_the_archive_and_goes_on_where_it_was_cut_off(
    northmoor, eastvale, ready, administrator, officer_in
):
    program = program_of(administrator, "leaving:read")
    address = f"exit-packs/{ready.pk}/archive/"
    whole = archive_of(ready).read_bytes()

    all_of_it = program.get(address)
    rest = program.get(address, Range="bytes=1000-", If_Range=all_of_it["ETag"])
    first = program.get(address, Range="bytes=0-99")
    of_another = program.get(address, Range="bytes=1000-", If_Range='"another"')
    past_the_end = program.get(address, Range=f"bytes={len(whole)}-")

    assert b"".join(all_of_it.streaming_content) == whole
    assert (rest.status_code, b"".join(rest.streaming_content)) == (206, whole[1000:])
    assert rest["Content-Range"] == f"bytes 1000-{len(whole) - 1}/{len(whole)}"
    assert (b"".join(first.streaming_content), first["Content-Length"]) == (whole[:100], "100")
    assert (of_another.status_code, b"".join(of_another.streaming_content)) == (200, whole)
    assert past_the_end.status_code == 416
    assert events(northmoor).count("leaving.pack.downloaded") == 5
    assert program_of(officer_in(northmoor, "council_administrator"), "purchasing:read").get(address).status_code == 403
    assert program_of(officer_in(eastvale, "council_administrator"), "leaving:read").get(address).status_code == 404


def test_a_second_worker_leaves_the_promise_of_a_pack_open_for_when_the_first_dies(northmoor, agreed):
    pack = agreed()
    with owner_connection(settings.DATABASES["default"]["NAME"]) as first, first.transaction():
        first.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"leaving.pack:{pack.pk}"])
        run_waiting(limit=1)
        with inside_council(northmoor):
            assert OutboxMessage.objects.open().filter(task="leaving.write_pack").count() == 1
    run_waiting()

    with inside_council(northmoor):
        assert ExitPack.objects.get().status == PackStatus.READY
