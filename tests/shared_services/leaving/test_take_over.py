"""Two councils become one: the successor takes over the predecessor's records, both having agreed in their own rooms."""

from __future__ import annotations

import io
import zipfile
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from councils.finance.models import BudgetPosition, CostCentre
from councils.organisation.models import Post
from councils.people.models import Employment, LeaveLedgerEntry, LeaveScheme, LeaveType
from councils.purchasing import bank_details
from councils.purchasing import services as purchasing
from councils.purchasing.models import PurchaseOrder, Requisition, Supplier, SupplierBankAccount
from shared_services.access.models import OfficerCard
from shared_services.accounts.models import Account
from shared_services.annexes.models import Attachment
from shared_services.annexes.services import attach
from shared_services.audit.models import AuditEntry
from shared_services.leaving.choices import LineKind, TakeOverStatus
from shared_services.leaving.models import TakeOver
from shared_services.leaving.pack.checking import check_pack
from shared_services.messaging.running import run_waiting
from shared_services.operating.choices import Kind, Status
from shared_services.operating.models import Operation
from shared_services.operating.services import following
from shared_services.operating.services.answering import answer
from shared_services.operating.services.asking import ask_for
from shared_services.operating.services.leaving import agree_to_leave, call_back, give_notice
from shared_services.tenancy import directory
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed
from shared_services.tenancy.models import Council
from shared_services.tenancy.owner import owner_connection
from tests.councils.books import open_books, three_lines
from tests.owner_jobs import do_owner_jobs

from .conftest import BANK

pytestmark = [pytest.mark.usefixtures("walled"), pytest.mark.whole_server]

SHARED_EMAIL = "one.person@both.test"
PREDECESSOR, SUCCESSOR = 1, 2


class Merging:
    """Northmoor goes into Eastvale: ask, agree, do."""

    def __init__(self, shared_service, operator, signers):
        self.shared_service, self.operator, self.signers = shared_service, operator, signers

    def ask(self, kind: str) -> Operation:
        with inside_council(self.shared_service):
            return ask_for(
                actor=self.operator, kind=kind, council_number=SUCCESSOR, reason="They become one",
                confirmation="eastvale", details={"predecessor": PREDECESSOR},
            )  # fmt: skip

    def agree(self, operation: Operation, *numbers: int) -> None:
        for number in numbers:
            with inside_council(number):
                asked = Operation.objects.get(pk=operation.pk)
                answer(actor=self.signers[number], operation_id=asked.pk, agreed=True, digest=asked.digest)

    def do(self, operation: Operation) -> Operation:
        with inside_council(self.shared_service):
            following.go_on()
        do_owner_jobs()
        run_waiting()
        with inside_council(self.shared_service):
            return Operation.objects.get(pk=operation.pk)

    def all_of(self, kind: str) -> Operation:
        operation = self.ask(kind)
        self.agree(operation, PREDECESSOR, SUCCESSOR)
        operation = self.do(operation)
        assert operation.status == Status.DONE, operation.cause
        return operation

    def undo_refused(self) -> str:
        again = self.ask(Kind.UNMERGE)
        self.agree(again, PREDECESSOR, SUCCESSOR)
        again = self.do(again)
        assert again.status == Status.FAILED
        return again.cause


@pytest.fixture
def merging(council, shared_service, northmoor, eastvale, officer_in) -> Merging:
    """Two councils with books that clash, entered in the register as predecessor and successor; Northmoor gave notice."""
    own = open_books(eastvale, officer_in, budget="500.00")
    for room in (northmoor, eastvale):
        officer_in(room, "requisitioner", name="Una Both", email=SHARED_EMAIL)
    with inside_council(eastvale):
        Supplier.objects.create(number="0000000007", name="Invented Chairs", company_number="01234567")
        Supplier.objects.create(number="0000000001", name="Another Firm")
    with inside_council(northmoor):
        same = Supplier.objects.create(number="0000000002", name="Invented Chairs Ltd", company_number="01234567")
        SupplierBankAccount.objects.create(supplier=same, sealed="x", fingerprint="f", ending="0000")
        waiting = purchasing.start_requisition(actor=council.requester, draft=three_lines(council, title="Waits"))
        purchasing.submit_requisition(actor=council.requester, requisition_id=waiting.pk)
        scheme = LeaveScheme.objects.order_by("pk").first() or LeaveScheme.objects.create(name="Green Book")
        job = Employment.objects.create(
            number="E1", card=council.requester, post=Post.objects.get(number="L1"), scheme=scheme,
            start_on=date(2020, 4, 1), continuous_service_on=date(2020, 4, 1),
        )  # fmt: skip
        kind = LeaveType.objects.order_by("position").first() or LeaveType.objects.create(key="annual", name="Annual")
        LeaveLedgerEntry.objects.create(
            employment=job, leave_type=kind, leave_year_on=date(2026, 4, 1), kind="entitlement", hours=Decimal("148.00"),
            on=date(2026, 4, 1), source="test",
        )  # fmt: skip
        administrator = OfficerCard.objects.get(owner_id=1, work_name="Ada Administrator")
        give_notice(actor=administrator, leaves_on=timezone.localdate() + timedelta(days=30))
        agree_to_leave(actor=council.s151)
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute("UPDATE public.tenancy_council SET registered_id = 'E07000207' WHERE number = 1")
        owner.execute("UPDATE public.tenancy_council SET registered_id = 'E08000010' WHERE number = 2")
        owner.execute(
            "UPDATE public.tenancy_registeredcouncil SET succeeded_by_id = 'E08000010' WHERE gss_code = 'E07000207'"
        )
    directory.forget()
    with inside_council(shared_service):
        following.go_on()
    do_owner_jobs()
    operator = officer_in(shared_service, "platform_operator", name="Ivo Tansy", email="ivo.tansy@shared.test")
    return Merging(shared_service, operator, {PREDECESSOR: council.s151, SUCCESSOR: own.s151})


def archive_of(operation: Operation) -> Path:
    return Path(settings.PRIVATE_FILES_DIR) / "c0002" / "archives" / f"{operation.pk}.zip"


def lines_of(number: int, *kinds: str) -> list[tuple[str, str, str]]:
    with inside_council(number):
        found = TakeOver.objects.latest("at").lines.filter(kind__in=kinds)
        return [(line.table, line.before, line.here) for line in found]


def test_a_trial_lists_every_clash_in_both_rooms_and_changes_nothing(merging, northmoor, eastvale, client_for):
    with inside_council(eastvale):
        centres = set(CostCentre.objects.values_list("code", flat=True))

    operation = merging.all_of(Kind.TRY_MERGER)

    assert operation.figures["obstacles"] == 0 and "Invented" not in str(operation.figures)
    for number in (PREDECESSOR, SUCCESSOR):
        renamed = lines_of(number, LineKind.RENAMED)
        assert {("LIB01", "NMR-LIB01"), ("LIBS", "NMR-LIBS"), ("L1", "NMR-L1"), ("0000000001", "NMR-000001")} <= {
            (before, here) for _, before, here in renamed
        }
        same = {before for _, before, _ in lines_of(number, LineKind.SAME)}
        assert {"0000000002", SHARED_EMAIL, "4000"} <= same
        assert "Section 151 officer" in {before for _, before, _ in lines_of(number, LineKind.LEFT)}
    with inside_council(eastvale):
        assert set(CostCentre.objects.values_list("code", flat=True)) == centres
        assert not Requisition.objects.exists() and not Employment.objects.exists()
        page = f"/exit-packs/take-overs/{TakeOver.objects.get().pk}/"
    shown = client_for(merging.signers[SUCCESSOR]).get(page).content.decode()
    assert "NMR-LIB01" in shown and "Control totals" in shown and "Nothing was changed" in shown


def test_what_a_council_needs_on_day_one_comes_over_and_the_rest_is_in_the_archive(
    merging, council, northmoor, eastvale, client_for, tmp_path
):
    merging.all_of(Kind.TRY_MERGER)
    with inside_council(northmoor):
        order = PurchaseOrder.objects.get().reference
        committed = sum(BudgetPosition.objects.values_list("committed_amount", flat=True))

    operation = merging.all_of(Kind.MERGE)

    with inside_council(eastvale):
        taken = PurchaseOrder.objects.get(reference=order)
        card = OfficerCard.objects.get(pk=taken.requester_id)
        assert (card.owner_id, card.work_name, card.roles) == (2, "Rita Requester", ["requisitioner"])
        assert Account.objects.filter(card_id=card.pk).exists()
        assert taken.requisition.lines.first().codings.first().cost_centre.code == "NMR-LIB01"
        assert {one.status for one in Requisition.objects.filter(title="Waits")} == {"draft"}
        positions = BudgetPosition.objects.filter(cost_centre__code__startswith="NMR-")
        assert sum(one.committed_amount for one in positions) == committed > 0
        assert not any(one.reserved_amount for one in positions)
        assert Employment.objects.get().card_id == card.pk
        assert LeaveLedgerEntry.objects.get().hours == Decimal("148.00")
        account = SupplierBankAccount.objects.get()
        assert account.supplier.number == "NMR-000001"
        assert bank_details.unseal(account.sealed) == BANK, "sealed with the successor’s own secret"
        assert account.fingerprint == bank_details.fingerprint(BANK)
        assert Attachment.objects.get(name="quote.pdf").file.read().startswith(b"%PDF")
        s151 = OfficerCard.objects.get(owner_id=2, work_name="Sam Section", active=True, roles=["section_151_officer"])
        assert s151.pk == merging.signers[SUCCESSOR].pk, "one officer answers for the money"
        kept = TakeOver.objects.get(status=TakeOverStatus.TAKEN)
        assert kept.signed_by == "Sam Section for Eastvale City Council; Sam Section for Northmoor City Council"
        assert AuditEntry.objects.filter(event="operating.merge.done").exists()
    assert any(message.to == [card.work_email] for message in mail.outbox)
    assert directory.council_by_number(PREDECESSOR).is_closed
    with inside_council(northmoor), pytest.raises(NotAllowed, match="taken over your council’s records"):
        call_back(actor=council.s151)

    signed = client_for(merging.signers[SUCCESSOR])
    content = b"".join(signed.get(f"/exit-packs/take-overs/{kept.pk}/archive/").streaming_content)
    zipfile.ZipFile(io.BytesIO(content)).extractall(tmp_path)
    checked = check_pack(next(tmp_path.iterdir()), expected=operation.figures["manifest_sha256"])
    assert checked.manifest.council["name"] == "Northmoor City Council"
    assert "Zqxquarry" not in "".join(
        path.read_text(errors="replace") for path in tmp_path.rglob("*") if path.is_file()
    ), "nothing of another council is in the archive"
    last = (next(tmp_path.iterdir()) / "audit/chain.jsonl").read_text().splitlines()[-1]
    assert kept.chain_hash in last
    for page in ("/requisitions/", "/orders/", f"/orders/{taken.pk}/", f"/requisitions/{taken.requisition_id}/"):
        assert signed.get(page).status_code in (200, 404), page
    with inside_council(eastvale):
        requester = OfficerCard.objects.get(owner_id=2, work_email=SHARED_EMAIL)
    assert client_for(requester).get(f"/exit-packs/take-overs/{kept.pk}/archive/").status_code == 403


def test_a_take_over_is_undone_until_somebody_works_with_the_records(merging, northmoor, eastvale):
    merging.all_of(Kind.TRY_MERGER)
    with inside_council(eastvale):
        before = (OfficerCard.objects.filter(owner_id=2).count(), CostCentre.objects.count(), Supplier.objects.count())
    merged = merging.all_of(Kind.MERGE)
    assert archive_of(merged).is_file()

    merging.all_of(Kind.UNMERGE)

    with inside_council(eastvale):
        assert before == (
            OfficerCard.objects.filter(owner_id=2).count(), CostCentre.objects.count(), Supplier.objects.count()
        )  # fmt: skip
        assert not PurchaseOrder.objects.exists() and not Attachment.objects.filter(name="quote.pdf").exists()
        assert TakeOver.objects.filter(status=TakeOverStatus.UNDONE).count() == 1
    assert not archive_of(merged).exists()
    entry = directory.council_by_number(PREDECESSOR)
    assert not entry.is_closed and entry.state == Council.State.LEAVING

    merging.all_of(Kind.MERGE)
    with inside_council(northmoor):
        administrator = OfficerCard.objects.get(owner_id=1, work_name="Ada Administrator")
    merging.signers[PREDECESSOR] = administrator
    with inside_council(eastvale):
        order = PurchaseOrder.objects.get()
        buyer = OfficerCard.objects.get(owner_id=SUCCESSOR, work_email=SHARED_EMAIL)
        attach(actor=buyer, subject=order, upload=SimpleUploadedFile("letter.pdf", b"%PDF-1.4 letter"))

    assert "Files were added" in merging.undo_refused()

    with inside_council(eastvale):
        Attachment.objects.filter(name="letter.pdf").update(subject_id=buyer.pk)
        Supplier.objects.filter(number="NMR-000001").update(town="Eastvale")

    assert "suppliers" in merging.undo_refused()

    with inside_council(eastvale):
        assert PurchaseOrder.objects.count() == 1


def test_nothing_happens_on_one_councils_word_or_when_what_was_signed_has_changed(
    merging, council, eastvale, northmoor
):
    with pytest.raises(NotAllowed, match="Try the take-over first"):
        merging.ask(Kind.MERGE)
    merging.all_of(Kind.TRY_MERGER)
    operation = merging.ask(Kind.MERGE)
    with inside_council(northmoor):
        asked = Operation.objects.get(pk=operation.pk)
        administrator = OfficerCard.objects.get(owner_id=1, work_name="Ada Administrator")
        with pytest.raises(NotAllowed, match="section 151 officer"):
            answer(actor=administrator, operation_id=asked.pk, agreed=True, digest=asked.digest)
    merging.agree(operation, SUCCESSOR)
    assert merging.do(operation).status == Status.ASKED
    with inside_council(northmoor):
        Supplier.objects.create(number="0000000007", name="A clash that nobody signed")
    merging.agree(operation, PREDECESSOR)

    operation = merging.do(operation)

    assert operation.status == Status.FAILED and "no longer what both councils signed" in operation.cause
    with inside_council(eastvale):
        assert not PurchaseOrder.objects.exists() and not Employment.objects.exists()
    assert not archive_of(operation).exists()
    assert not directory.council_by_number(PREDECESSOR).is_closed


def test_nobody_comes_with_a_say_that_was_not_signed_and_no_record_after_the_notice_was_called_back(
    merging, northmoor, eastvale, officer_in
):
    merging.all_of(Kind.TRY_MERGER)
    assert "Budget holder" in {here for _, _, here in lines_of(SUCCESSOR, LineKind.OFFICER)}
    operation = merging.ask(Kind.MERGE)
    merging.agree(operation, PREDECESSOR, SUCCESSOR)
    late = officer_in(northmoor, "finance_officer", name="Late Comer", email="late.comer@northmoor.test")

    operation = merging.do(operation)

    assert operation.status == Status.FAILED and "no longer what both councils signed" in operation.cause
    with inside_council(northmoor):
        OfficerCard.objects.filter(pk=late.pk).update(roles=["requisitioner"])
        administrator = OfficerCard.objects.get(owner_id=1, work_name="Ada Administrator")
    operation = merging.ask(Kind.MERGE)
    merging.agree(operation, PREDECESSOR, SUCCESSOR)
    with inside_council(northmoor):
        call_back(actor=administrator)

    operation = merging.do(operation)

    assert operation.status == Status.FAILED and "has to give notice" in operation.cause
    with inside_council(eastvale):
        assert not PurchaseOrder.objects.exists() and not Employment.objects.exists()
    assert not archive_of(operation).exists()


def test_only_a_council_that_the_register_names_is_taken_over(merging, shared_service):
    with owner_connection(settings.DATABASES["default"]["NAME"]) as owner:
        owner.execute(
            "UPDATE public.tenancy_registeredcouncil SET succeeded_by_id = NULL, successor_names ="
            " (SELECT 'Greater ' || name FROM public.tenancy_registeredcouncil WHERE gss_code = 'E08000010')"
        )

    with pytest.raises(NotAllowed, match="register names no such council"):
        merging.ask(Kind.TRY_MERGER)
