"""Officers of a room: added, changed, given roles and let go by its administrator."""

from __future__ import annotations

import pytest
from django.core import mail

from shared_services.access.models import OfficerCard
from shared_services.accounts import services, tasks
from shared_services.accounts.models import Account
from shared_services.api.services import create_token
from shared_services.audit.models import AuditEntry
from shared_services.tenancy.door import inside_council
from shared_services.tenancy.errors import NotAllowed, Stale


@pytest.fixture
def administrator(northmoor, officer_in):
    return officer_in(northmoor, "council_administrator")


def reread(card) -> OfficerCard:
    return OfficerCard.objects.get(pk=card.pk)


def test_an_administrator_adds_an_officer_who_is_sent_a_link(northmoor, administrator, promised):
    with inside_council(northmoor):
        card = services.create_officer(
            actor=administrator,
            work_name="Ada Example",
            work_email=" Ada@Northmoor.test ",
            job_title="Clerk",
            roles=["requisitioner"],
        )
        account = Account.objects.get(card_id=card.pk)
        tasks.send_invitation(account_id=str(account.pk))

    assert account.email == card.work_email == "ada@northmoor.test"
    assert {"accounts.send_invitation", "workflow.refresh_candidates"} <= set(promised(northmoor))
    assert mail.outbox[-1].to == ["ada@northmoor.test"]
    assert "/account/password/reset/key/" in mail.outbox[-1].body


def test_the_same_address_twice_is_refused(northmoor, administrator, officer_in):
    officer_in(northmoor, email="ada@northmoor.test")

    with inside_council(northmoor), pytest.raises(NotAllowed, match="already listed"):
        services.create_officer(
            actor=administrator, work_name="Ada", work_email="ADA@northmoor.test", job_title="", roles=[]
        )


@pytest.mark.parametrize("same", ["ada+second@northmoor.test", "Ada+1+2@northmoor.test"])
def test_an_address_of_the_same_mailbox_is_no_second_officer(northmoor, administrator, officer_in, same):
    ada = officer_in(northmoor, email="ada@northmoor.test")
    other = officer_in(northmoor, email="adam@northmoor.test")

    with inside_council(northmoor):
        with pytest.raises(NotAllowed, match="makes no other mailbox"):
            services.create_officer(actor=administrator, work_name="Ada", work_email=same, job_title="", roles=[])
        with pytest.raises(NotAllowed, match="makes no other mailbox"):
            services.change_officer(
                actor=administrator, card_id=other.pk, version=other.version, work_name="Adam", work_email=same,
                job_title="",
            )  # fmt: skip
        services.change_officer(
            actor=administrator, card_id=ada.pk, version=ada.version, work_name="Ada", work_email=same, job_title=""
        )
        with pytest.raises(NotAllowed, match="makes no other mailbox"):
            services.create_officer(
                actor=administrator, work_name="Ada", work_email="ada@northmoor.test", job_title="", roles=[]
            )


def test_the_same_address_may_be_an_officer_of_two_councils(northmoor, eastvale, officer_in):
    officer_in(northmoor, email="ada@example.test")
    officer_in(eastvale, email="ada@example.test")

    with inside_council(eastvale):
        assert OfficerCard.objects.of_council(eastvale.number).filter(work_email="ada@example.test").count() == 1


def test_an_officer_without_the_permission_adds_nobody(northmoor, officer_in):
    officer = officer_in(northmoor, "finance_officer")

    with inside_council(northmoor), pytest.raises(NotAllowed):
        services.create_officer(actor=officer, work_name="X", work_email="x@x.test", job_title="", roles=[])


def test_nobody_gives_a_role_to_himself(northmoor, administrator):
    with inside_council(northmoor), pytest.raises(NotAllowed, match="your own roles"):
        services.grant_role(actor=administrator, card_id=administrator.pk, role="director")


def test_a_role_is_given_once_recorded_and_ended(northmoor, administrator, officer_in):
    officer = officer_in(northmoor)
    with inside_council(northmoor):
        services.grant_role(actor=administrator, card_id=officer.pk, role="budget_holder")
        services.grant_role(actor=administrator, card_id=officer.pk, role="budget_holder")
        assert reread(officer).roles == ["budget_holder"]
        services.end_role(actor=administrator, card_id=officer.pk, role="budget_holder")

        assert reread(officer).roles == []
        events = AuditEntry.objects.filter(subject_id=str(officer.pk)).order_by("at").values_list("event", flat=True)
        events = list(events)
    assert events == ["accounts.officer.added", "accounts.role.granted", "accounts.role.ended"]


@pytest.mark.parametrize("role", ["category_manager", "emperor"])
def test_a_council_gives_only_its_own_roles(northmoor, administrator, officer_in, role):
    officer = officer_in(northmoor)

    with inside_council(northmoor), pytest.raises(NotAllowed):
        services.grant_role(actor=administrator, card_id=officer.pk, role=role)


def test_the_shared_service_gives_pooled_roles_in_its_own_room(shared_service, officer_in):
    administrator = officer_in(shared_service, "partnership_administrator")
    officer = officer_in(shared_service)

    with inside_council(shared_service):
        services.grant_role(actor=administrator, card_id=officer.pk, role="category_manager")
        assert reread(officer).roles == ["category_manager"]
        with pytest.raises(NotAllowed):
            services.grant_role(actor=administrator, card_id=officer.pk, role="director")


def test_another_councils_officer_is_not_found(northmoor, eastvale, administrator, officer_in):
    stranger = officer_in(eastvale)

    with inside_council(northmoor), pytest.raises(OfficerCard.DoesNotExist):
        services.grant_role(actor=administrator, card_id=stranger.pk, role="director")


def test_a_room_keeps_an_administrator(northmoor, administrator, officer_in):
    second = officer_in(northmoor, "council_administrator")
    with inside_council(northmoor):
        services.end_role(actor=second, card_id=administrator.pk, role="council_administrator")
        ended = reread(administrator)
        with pytest.raises(NotAllowed):
            services.deactivate_officer(actor=ended, card_id=second.pk)
        other = services.create_officer(
            actor=second, work_name="Third", work_email="third@northmoor.test", job_title="", roles=[]
        )
        services.grant_role(actor=second, card_id=other.pk, role="council_administrator")
        services.deactivate_officer(actor=reread(other), card_id=second.pk)

        assert not reread(second).active


def test_a_stale_change_is_refused_and_a_fresh_one_kept(northmoor, administrator, officer_in):
    officer = officer_in(northmoor, name="Ada")
    new = {"work_name": "Ada King", "work_email": officer.work_email, "job_title": "Director"}
    with inside_council(northmoor):
        changed = services.change_officer(actor=administrator, card_id=officer.pk, version=1, **new)
        assert (changed.work_name, changed.version) == ("Ada King", 2)

        with pytest.raises(Stale):
            services.change_officer(
                actor=administrator, card_id=officer.pk, version=1, **{**new, "work_name": "Somebody else"}
            )


def test_a_new_email_address_signs_in_and_the_old_one_no_longer_does(northmoor, administrator, officer_in, sign_in):
    officer = officer_in(northmoor, email="old@northmoor.test")
    with inside_council(northmoor):
        services.change_officer(
            actor=administrator,
            card_id=officer.pk,
            version=1,
            work_name="Ada",
            work_email="new@northmoor.test",
            job_title="",
        )

    assert sign_in(northmoor, "old@northmoor.test")[1].status_code == 200
    assert sign_in(northmoor, "new@northmoor.test")[1].status_code == 302


def test_a_deactivated_officer_is_out_at_once_with_sessions_and_tokens(northmoor, administrator, officer_in, sign_in):
    officer = officer_in(northmoor, "requisitioner", email="ada@northmoor.test")
    browser, _ = sign_in(northmoor, "ada@northmoor.test")
    with inside_council(northmoor):
        account = Account.objects.get(card_id=officer.pk)
        token, secret = create_token(actor=officer, account=account, name="Sheet", scopes=["purchasing:read"], days=30)
        services.deactivate_officer(actor=administrator, card_id=officer.pk)
        services.deactivate_officer(actor=administrator, card_id=officer.pk)
        token.refresh_from_db()

    assert browser.get("/account/").status_code == 302
    assert token.state == "revoked"
    refused = browser.get("/api/v1/me/", headers={"authorization": f"Bearer {secret}"})
    assert refused.status_code == 401


def test_signing_out_everywhere_ends_other_browsers_and_revokes_tokens_on_demand(northmoor, officer_in, sign_in):
    officer = officer_in(northmoor, "requisitioner", email="ada@northmoor.test")
    here, _ = sign_in(northmoor, "ada@northmoor.test")
    there, _ = sign_in(northmoor, "ada@northmoor.test")
    with inside_council(northmoor):
        account = Account.objects.get(card_id=officer.pk)
        token, _ = create_token(actor=officer, account=account, name="Sheet", scopes=["purchasing:read"], days=30)

    page = here.get("/account/sign-out-everywhere/")
    here.post("/account/sign-out-everywhere/", {"form_token": page.context["form_token"], "with_tokens": "on"})

    assert here.get("/account/").status_code == 302
    assert there.get("/account/").status_code == 302
    with inside_council(northmoor):
        token.refresh_from_db()
    assert token.state == "revoked"


def test_an_administrator_resets_a_lost_second_factor_but_not_his_own(northmoor, administrator, officer_in):
    from allauth.mfa.models import Authenticator

    officer = officer_in(northmoor)
    with inside_council(northmoor):
        account = Account.objects.get(card_id=officer.pk)
        Authenticator.objects.create(user=account, type="totp", data={"secret": "x"})
        services.reset_second_factor(actor=administrator, card_id=officer.pk)

        assert not Authenticator.objects.filter(user=account).exists()
        with pytest.raises(NotAllowed):
            services.reset_second_factor(actor=administrator, card_id=administrator.pk)


PAGES = ["/account/officers/", "/account/officers/add/"]


@pytest.mark.parametrize("path", PAGES)
def test_the_administrators_pages_open_for_him(northmoor, administrator, client_for, path):
    assert client_for(administrator).get(path).status_code == 200


def test_an_officer_sees_colleagues_and_changes_nobody(northmoor, administrator, officer_in, client_for):
    browser = client_for(officer_in(northmoor))

    assert browser.get("/account/officers/").status_code == 200
    assert browser.get(f"/account/officers/{administrator.pk}/").status_code == 200
    assert browser.get("/account/officers/add/").status_code == 403
    assert browser.get(f"/account/officers/{administrator.pk}/deactivate/").status_code == 403


def test_an_officer_page_of_another_council_is_not_found(eastvale, administrator, officer_in, client_for):
    stranger = officer_in(eastvale)

    assert client_for(administrator).get(f"/account/officers/{stranger.pk}/").status_code == 404


def test_adding_an_officer_on_the_page_twice_adds_one(northmoor, administrator, client_for):
    browser = client_for(administrator)
    token = browser.get("/account/officers/add/").context["form_token"]
    filled = {
        "form_token": token,
        "work_name": "Ada Example",
        "work_email": "ada@northmoor.test",
        "job_title": "Clerk",
        "roles": ["requisitioner"],
    }

    first = browser.post("/account/officers/add/", filled)
    second = browser.post("/account/officers/add/", filled)

    assert first["Location"] == second["Location"]
    with inside_council(northmoor):
        assert OfficerCard.objects.filter(work_email="ada@northmoor.test").count() == 1


def test_a_refusal_on_the_page_keeps_what_was_typed(northmoor, administrator, officer_in, client_for):
    officer_in(northmoor, email="ada@northmoor.test")
    browser = client_for(administrator)
    token = browser.get("/account/officers/add/").context["form_token"]

    response = browser.post(
        "/account/officers/add/",
        {"form_token": token, "work_name": "Ada Two", "work_email": "ada@northmoor.test", "job_title": "Clerk"},
    )

    assert response.status_code == 409
    assert b"Ada Two" in response.content and b"already listed" in response.content
