"""Signing: the right role, the text that was read, once, and never changed afterwards."""

from __future__ import annotations

import pytest
from django.db import DatabaseError, transaction

from shared_services.audit.models import AuditEntry
from shared_services.joining.agreements import BadTerms, agreements_for, check_terms, digest_of, publish_shipped
from shared_services.joining.choices import NamedRole, Status
from shared_services.joining.models import (
    AgreementVersion,
    Application,
    Link,
    NamedOfficer,
    OpeningStep,
    Signature,
)
from shared_services.joining.rules import Person
from shared_services.joining.services import applying
from shared_services.messaging.models import OutboxMessage
from shared_services.tenancy.door import inside_council

from .conftest import people

SIGNERS = [NamedRole.SPONSOR, NamedRole.SECTION_151, NamedRole.MONITORING, NamedRole.DATA_PROTECTION]


@pytest.fixture
def sent(shared_service, complete) -> Application:
    with inside_council(shared_service):
        return applying.submit_application(application_id=complete.pk, version=None)


@pytest.fixture
def sign(shared_service, visitor, mailed):
    """sign(role) -> the answer to that role's officer signing through the mailed link."""

    def through_link(role, **changes):
        person = people()[role]
        link = mailed("/join/sign/", to=person.work_email)
        with inside_council(shared_service):
            digests = " ".join(one.digest for one in agreements_for(role))
        answers = {"read": "on", "work_name": person.work_name, "digests": digests} | changes
        return visitor(shared_service).post(link, answers)

    return through_link


def test_each_role_reads_and_signs_its_own_agreement(shared_service, sent, visitor, mailed):
    sponsor = visitor(shared_service).get(mailed("/join/sign/", to=people()["sponsor"].work_email)).content.decode()
    protection = visitor(shared_service).get(
        mailed("/join/sign/", to=people()["data_protection"].work_email)
    ).content.decode()  # fmt: skip

    assert "Partnership agreement, version 1" in sponsor and "Data sharing agreement" not in sponsor
    assert "Data sharing agreement, version 2" in protection and "officer cards" in protection.lower()


def test_the_last_signature_admits_the_council_and_asks_for_its_room(shared_service, sent, sign):
    for role in SIGNERS[:-1]:
        assert sign(role).status_code == 302
    with inside_council(shared_service):
        assert Application.objects.get().status == Status.SIGNING
        assert not OpeningStep.objects.exists()

    sign(SIGNERS[-1])

    with inside_council(shared_service):
        assert Application.objects.get().status == Status.ADMITTED
        assert OutboxMessage.objects.open().filter(task="joining.open_council", queue="owner").count() == 1
        kept = {(one.role, one.digest) for one in Signature.objects.all()}
        assert kept == {(role.value, one.digest) for role in SIGNERS for one in agreements_for(role)}
        assert AuditEntry.objects.filter(event="joining.agreement.signed").count() == len(SIGNERS)


def test_a_link_that_has_signed_signs_no_more(shared_service, sent, sign):
    sign(NamedRole.SPONSOR)

    assert sign(NamedRole.SPONSOR).status_code == 410


def test_signing_asks_for_the_tick_and_the_name(sent, sign):
    assert sign(NamedRole.SPONSOR, read="").status_code == 422
    assert sign(NamedRole.SPONSOR, work_name="").status_code == 422
    assert sign(NamedRole.SPONSOR).status_code == 302


def test_a_text_that_changed_while_it_was_read_is_not_signed_by_mistake(shared_service, sent, sign):
    with inside_council(shared_service):
        read = agreements_for(NamedRole.SPONSOR)[0]
        text = f"{read.text}\n# 10. Something new\n"
        AgreementVersion(
            owner_id=0, key=read.key, number=2, title=read.title, text=text, terms=read.terms,
            digest=digest_of(text, read.terms), signed_by=read.signed_by,
        ).save(force_insert=True)  # fmt: skip

    late = sign(NamedRole.SPONSOR, digests=read.digest)

    assert late.status_code == 409
    assert b"An agreement has changed since you opened this page" in late.content
    assert sign(NamedRole.SPONSOR).status_code == 302


def test_a_signature_and_an_agreement_can_be_added_and_never_changed_or_removed(shared_service, sent, sign):
    sign(NamedRole.SPONSOR)

    for change in (
        lambda: Signature.objects.update(work_name="Somebody else"),
        lambda: Signature.objects.all()._raw_delete("default"),
        lambda: AgreementVersion.objects.update(text="Nothing is owed"),
    ):
        with inside_council(shared_service), pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_another_officer_is_named_before_signing_and_the_first_link_dies(shared_service, sent, visitor, mailed):
    first = mailed("/join/sign/", to=people()["sponsor"].work_email)
    with inside_council(shared_service):
        applying.replace_signatory(
            application_id=sent.pk, role="sponsor", person=Person("Coral Dunlin", "coral.dunlin@wigan.gov.uk")
        )

    assert visitor(shared_service).get(first).status_code == 410
    assert visitor(shared_service).get(mailed("/join/sign/", to="coral.dunlin@wigan.gov.uk")).status_code == 200


def test_an_officer_who_was_replaced_gets_no_new_link_out_of_the_dead_one(shared_service, sent, visitor, mailed):
    former = people()["sponsor"].work_email
    first = mailed("/join/sign/", to=former)
    with inside_council(shared_service):
        applying.replace_signatory(
            application_id=sent.pk, role="sponsor", person=Person("Coral Dunlin", "coral.dunlin@wigan.gov.uk")
        )

    visitor(shared_service).post(f"/join/link/{first.rstrip('/').rpartition('/')[2]}/again/")

    assert mailed("/join/sign/", to=former) == first
    with inside_council(shared_service):
        assert not Link.objects.usable().filter(work_email=former).exists()


def test_a_partner_signs_nothing_and_names_nobody_for_an_applicant(northmoor, sent, shared_service):
    with inside_council(shared_service):
        agreement = agreements_for(NamedRole.SPONSOR)[0]
    added = (
        lambda: Signature(
            parts=[0], application_id=sent.pk, agreement_id=agreement.pk, role="sponsor", work_name="X",
            work_email="x@wigan.gov.uk", digest=agreement.digest, link_id=sent.pk,
        ),
        lambda: NamedOfficer(
            parts=[0], application_id=sent.pk, role="administrator", work_name="X", work_email="x@northmoor.test"
        ),
        lambda: Application(
            registered_id=sent.registered_id, reference="X", status=Status.ADMITTED, applicant_name="X",
            applicant_email="x@northmoor.test", slug="evil",
        ),
    )  # fmt: skip
    for make in added:
        with inside_council(northmoor), pytest.raises(DatabaseError, match="row-level security"), transaction.atomic():
            make().save(force_insert=True)


def test_a_partner_reads_the_agreements_and_not_who_signed_for_whom(shared_service, northmoor, sent, sign):
    sign(NamedRole.SPONSOR)

    with inside_council(northmoor):
        assert AgreementVersion.objects.count() == 3
        assert not Signature.objects.exists() and not Application.objects.exists()


def test_the_terms_are_there_for_a_program_with_the_fingerprint_of_what_is_signed(shared_service, visitor):
    terms = visitor(shared_service).get("/join/agreements/data_sharing/1/terms.json").json()

    with inside_council(shared_service):
        assert terms["sha256"] == AgreementVersion.objects.get(key="data_sharing", number=1).digest
    named = {"dataset", "fields", "purpose", "lawful_basis", "expires_after_months", "minimum_group_size"}
    assert all(named <= set(entry) for entry in terms["datasets"])


def test_terms_that_leave_something_out_are_refused():
    with pytest.raises(BadTerms, match="lawful_basis"):
        check_terms({"datasets": [{"dataset": "cards", "fields": ["name"], "purpose": "x", "lawful_basis": "",
                                   "expires_after_months": 1, "minimum_group_size": 1}]})  # fmt: skip


def test_publishing_the_shipped_agreements_again_adds_nothing(shared_service):
    with inside_council(shared_service):
        before = AgreementVersion.objects.count()

        publish_shipped()

        assert AgreementVersion.objects.count() == before == 3
