"""The administrator's pages: receivers, what was sent to them, and sending it again."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse

from shared_services.govuk.views import ActionView, BulkAction, Column, FormPage, ListPage, Page
from shared_services.govuk.words import counted, spoken_instant
from shared_services.tenancy.bases import new_key

from . import delivering, services
from .choices import STATUS_COLOURS, DeliveryStatus, event_label
from .filters import DeliveryFilter
from .forms import EVERYTHING, EndpointForm, ReplayForm, VersionForm
from .models import Delivery, Endpoint

TEMPLATES = "pages/shared_services/webhooks"
CRUMBS = [("Webhooks", "webhooks:list_endpoints")]
STATE_COLOURS = {"On": "green", "Failing": "yellow", "Off": "grey"}


class ListEndpoints(ListPage):
    """The receivers of this council's events."""

    permission = services.MAY_MANAGE
    template_name = f"{TEMPLATES}/list_endpoints.html"
    title = "Webhooks"
    noun = "webhook"
    columns = [
        Column("name", "Name", link=True, sort="name"),
        Column("url", "Address", sort="url"),
        Column("events", "Events", value=lambda endpoint: "; ".join(event_label(event) for event in endpoint.events)),
        Column("state", "State", kind="tag", tags=STATE_COLOURS),
        Column("failing_since", "Failing since", kind="datetime", sort="failing_since", shown=False),
        Column("created_at", "Added", kind="datetime", sort="created_at", shown=False),
    ]
    search_fields = ["name", "url"]
    default_sort = "name"
    export_name = "webhooks"
    export_event = "webhooks.endpoints.exported"
    create_url_name = "webhooks:add_endpoint"
    create_label = "Add a webhook"
    create_permission = services.MAY_MANAGE
    empty_text = "No webhooks yet. Add one, and the portal tells another system when a case or a task moves on."

    def get_queryset(self) -> Any:
        return Endpoint.objects.order_by("name")


class AddEndpoint(FormPage):
    """Add a receiver. Its secret is on the page that follows and nowhere else."""

    permission = services.MAY_MANAGE
    form_class = EndpointForm
    title = "Add a webhook"
    button = "Add webhook"
    breadcrumbs = CRUMBS

    def act(self, form: EndpointForm) -> HttpResponse:
        given = {name: value for name, value in form.cleaned_data.items() if name != "version"}
        endpoint, secret = services.add_endpoint(actor=self.actor, **given)
        return _show_secret(self, endpoint, secret, "The webhook is added")


class OfEndpoint:
    """A page about one receiver."""

    kwargs: dict[str, Any]
    title: str
    permission: ClassVar[str] = services.MAY_MANAGE

    @cached_property
    def endpoint(self) -> Endpoint:
        return get_object_or_404(Endpoint, pk=self.kwargs["pk"])

    def get_subject(self) -> Endpoint:
        return self.endpoint

    def get_back_url(self) -> str:
        return self.endpoint.get_absolute_url()

    def get_title(self) -> str:
        return f"{self.title}: {self.endpoint.name}"


def _replay(*, actor: Any, row: Delivery) -> None:
    delivering.replay(actor=actor, delivery_id=row.pk)


class ShowEndpoint(OfEndpoint, ListPage):
    """A receiver with the log of what was sent to it."""

    template_name = f"{TEMPLATES}/show_endpoint.html"
    title = "Webhook"
    noun = "delivery"
    noun_plural = "deliveries"
    columns = [
        Column("event", "Event", link=True, value=lambda delivery: delivery.event_text),
        Column("reference", "Reference", sort="reference"),
        Column("created_at", "When", kind="datetime", sort="id"),
        Column("status", "Status", kind="tag", value=lambda delivery: delivery.get_status_display(),
               tags={str(DeliveryStatus(key).label): colour for key, colour in STATUS_COLOURS.items()}),
        Column("attempt_count", "Attempts", kind="number"),
        Column("response_status", "Last answer"),
        Column("next_attempt_at", "Next attempt", kind="datetime", shown=False),
        Column("message_id", "Message id", shown=False),
    ]  # fmt: skip
    filterset_class = DeliveryFilter
    search_fields = ["reference"]
    search_label = "Search deliveries (reference)"
    default_sort = "-created_at"
    tie_break = "id"
    export_name = "webhook-deliveries"
    export_event = "webhooks.deliveries.exported"
    bulk_actions = [BulkAction("replay", "Send again", _replay, past="sent again")]
    empty_text = "Nothing has been sent yet. Send a test to see whether the receiver answers."
    breadcrumbs = CRUMBS

    def get_queryset(self) -> Any:
        return Delivery.objects.filter(endpoint=self.endpoint).order_by("-id")

    def get_title(self) -> str:
        return self.endpoint.name

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        endpoint = self.endpoint
        facts = [
            ("Address", endpoint.url),
            ("Events", "\n".join(f"{event_label(event)} ({event})" for event in endpoint.events)),
            ("State", _state_in_words(endpoint)),
        ]
        if endpoint.former_until:
            facts.append(("Former secret", f"Signs as well until {spoken_instant(endpoint.former_until)}"))
        return super().get_context(endpoint=endpoint, facts=facts, form_token=new_key(), **kwargs)


class ChangeEndpoint(OfEndpoint, ActionView):
    form_class = EndpointForm
    title = "Change webhook"
    button = "Save webhook"

    def get_initial(self) -> dict[str, Any]:
        one = self.endpoint
        return {"name": one.name, "url": one.url, "events": one.events, "version": one.version}

    def act(self, form: EndpointForm) -> HttpResponse:
        endpoint = services.change_endpoint(actor=self.actor, endpoint_id=self.endpoint.pk, **form.cleaned_data)
        return self.done("The webhook is changed.", to=endpoint.get_absolute_url())


class RotateSecret(OfEndpoint, ActionView):
    """A new secret. Both sign for a day, so that the receiver can change over without missing anything."""

    form_class = VersionForm
    template_name = f"{TEMPLATES}/rotate_secret.html"
    title = "Make a new secret"
    button = "Make a new secret"

    def get_initial(self) -> dict[str, Any]:
        return {"version": self.endpoint.version}

    def act(self, form: VersionForm) -> HttpResponse:
        endpoint, secret = services.rotate_secret(
            actor=self.actor, endpoint_id=self.endpoint.pk, version=form.cleaned_data["version"]
        )
        return _show_secret(self, endpoint, secret, "The new secret")


class TurnOff(OfEndpoint, ActionView):
    template_name = f"{TEMPLATES}/turn_off.html"
    title = "Turn off webhook"
    button = "Turn off"

    def act(self, form: Any) -> HttpResponse:
        services.turn_off(actor=self.actor, endpoint_id=self.endpoint.pk)
        return self.done(f"“{self.endpoint.name}” is turned off.", to=self.get_back_url())


class TurnOn(OfEndpoint, ActionView):
    template_name = f"{TEMPLATES}/turn_on.html"
    title = "Turn on webhook"
    button = "Turn on"

    def act(self, form: Any) -> HttpResponse:
        services.turn_on(actor=self.actor, endpoint_id=self.endpoint.pk)
        return self.done(f"“{self.endpoint.name}” is turned on.", to=self.get_back_url())


class RemoveEndpoint(OfEndpoint, ActionView):
    template_name = f"{TEMPLATES}/remove_endpoint.html"
    title = "Remove webhook"
    button = "Remove webhook"
    button_style = "warning"

    def act(self, form: Any) -> HttpResponse:
        services.remove_endpoint(actor=self.actor, endpoint_id=self.endpoint.pk)
        return self.done(f"“{self.endpoint.name}” is removed.", to="webhooks:list_endpoints")


class SendTest(OfEndpoint, ActionView):
    title = "Send a test"
    button = "Send a test"

    def act(self, form: Any) -> HttpResponse:
        delivery = delivering.send_test(actor=self.actor, endpoint=self.endpoint)
        return self.done("A test is on its way.", to=delivery.get_absolute_url())


class ReplayPeriod(OfEndpoint, ActionView):
    form_class = ReplayForm
    title = "Send a period again"
    button = "Send again"

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: ReplayForm) -> HttpResponse:
        since, until = form.period
        count = delivering.replay_period(
            actor=self.actor,
            endpoint=self.endpoint,
            since=since,
            until=until,
            everything=form.cleaned_data["which"] == EVERYTHING,
        )
        return self.done(f"{counted(count, 'delivery', 'deliveries')} sent again.", to=self.get_back_url())


class OfDelivery:
    kwargs: dict[str, Any]
    permission: ClassVar[str] = services.MAY_MANAGE

    @cached_property
    def delivery(self) -> Delivery:
        return get_object_or_404(Delivery.objects.select_related("endpoint"), pk=self.kwargs["pk"])

    def get_subject(self) -> Delivery:
        return self.delivery


class ShowDelivery(OfDelivery, Page):
    """One delivery: what was sent, and what came back each time."""

    template_name = f"{TEMPLATES}/show_delivery.html"

    def get_title(self) -> str:
        return self.delivery.event_text

    def get_breadcrumbs(self) -> list[tuple[str, str]]:
        endpoint = self.delivery.endpoint
        return [
            ("Home", reverse("govuk:home")),
            ("Webhooks", reverse("webhooks:list_endpoints")),
            (endpoint.name, endpoint.get_absolute_url()),
        ]

    def get_context(self, **kwargs: Any) -> dict[str, Any]:
        one = self.delivery
        facts = [
            ("Message id", one.message_id),
            ("Event", one.event),
            ("Reference", one.reference),
            ("Made", spoken_instant(one.created_at)),
        ]
        if one.next_attempt_at:
            facts.append(("Next attempt", spoken_instant(one.next_attempt_at)))
        if one.delivered_at:
            facts.append(("Delivered", spoken_instant(one.delivered_at)))
        return super().get_context(
            delivery=one,
            facts=[fact for fact in facts if fact[1]],
            colour=STATUS_COLOURS[DeliveryStatus(one.status)],
            attempts=list(one.attempts.all()),
            may_replay=one.status != DeliveryStatus.WAITING and one.endpoint.is_enabled,
            **kwargs,
        )


class ReplayDelivery(OfDelivery, ActionView):
    title = "Send this delivery again"
    button = "Send again"

    def get_back_url(self) -> str:
        return self.delivery.get_absolute_url()

    def act(self, form: Any) -> HttpResponse:
        delivering.replay(actor=self.actor, delivery_id=self.delivery.pk)
        return self.done("The delivery is on its way again.", to=self.get_back_url())


def _show_secret(page: FormPage, endpoint: Endpoint, secret: str, title: str) -> HttpResponse:
    shown = {"title": title, "endpoint": endpoint, "secret": secret}
    return render(page.request, f"{TEMPLATES}/show_secret_once.html", shown)


def _state_in_words(endpoint: Endpoint) -> str:
    if endpoint.disabled_at is not None:
        return f"Off since {spoken_instant(endpoint.disabled_at)}. {endpoint.disabled_reason}"
    if endpoint.failing_since is not None:
        return f"On, but no call has got through since {spoken_instant(endpoint.failing_since)}"
    return "On"
