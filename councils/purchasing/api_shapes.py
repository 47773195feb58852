"""Requisitions and orders as the API takes and gives them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from councils.finance.choices import VatCode
from shared_services.api.bodies import Body, MoneyField
from shared_services.api.rows import Answer, elsewhere

from .choices import OrderStatus, RequisitionStatus, SentBy, Unit
from .drafts import CodingDraft, LineDraft, RequisitionDraft
from .rules import LONGEST_DESCRIPTION, LONGEST_TITLE, MOST_LINES, MOST_SHARES


class CodingBody(Body):
    """One share of a line: all in percent, or all in pounds; a single share needs neither."""

    cost_centre = serializers.CharField(max_length=12)
    subjective = serializers.CharField(max_length=12)
    percent = serializers.DecimalField(max_digits=7, decimal_places=4, required=False, allow_null=True)
    amount = MoneyField(required=False, allow_null=True)


class LineBody(Body):
    description = serializers.CharField(max_length=LONGEST_DESCRIPTION)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=4)
    unit = serializers.ChoiceField(choices=Unit.choices, default=Unit.EACH)
    vat_code = serializers.ChoiceField(choices=VatCode.choices, default=VatCode.STANDARD)
    cpv = serializers.CharField(max_length=10, required=False, allow_blank=True, default="")
    codings = CodingBody(many=True, required=False, max_length=MOST_SHARES)  # type: ignore[call-arg]  # The list's.


class RequisitionBody(Body):
    """The whole form. Saving replaces it: lines that are not sent are removed."""

    title = serializers.CharField(max_length=LONGEST_TITLE)
    justification = serializers.CharField(max_length=5000, required=False, allow_blank=True)
    needed_by_on = serializers.DateField(required=False, allow_null=True)
    delivery_location = serializers.CharField(max_length=250, required=False, allow_blank=True)
    supplier_name = serializers.CharField(max_length=160, required=False, allow_blank=True)
    supplier_email = serializers.EmailField(required=False, allow_blank=True)
    wants_joint_buying = serializers.BooleanField(required=False)
    lines = LineBody(many=True, required=False, max_length=MOST_LINES)  # type: ignore[call-arg]  # The list's.


class NewRequisitionBody(RequisitionBody):
    submit = serializers.BooleanField(default=False, help_text="true: also send it for approval, in the same step")


def draft_from(data: dict[str, Any]) -> RequisitionDraft:
    """The plain data that the services take."""
    lines = tuple(
        LineDraft(**{**line, "codings": tuple(CodingDraft(**coding) for coding in line.get("codings", ()))})
        for line in data.get("lines", ())
    )
    return RequisitionDraft(**{**data, "lines": lines})


class SentBody(Body):
    """When and how an order went to its supplier."""

    sent_on = serializers.DateField()
    sent_by = serializers.ChoiceField(choices=SentBy.choices)
    supplier_name = serializers.CharField(
        max_length=160, required=False, default="", allow_blank=True, help_text="Only when the order names none yet"
    )


class RequisitionAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=RequisitionStatus.choices)
    requester_id = serializers.UUIDField()
    needed_by_on = serializers.DateField(allow_null=True)
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    vat_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    gross_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    case_id = serializers.UUIDField(allow_null=True)
    wants_joint_buying = serializers.BooleanField()
    created_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class CodingAnswer(Answer):
    cost_centre = serializers.CharField(source="cost_centre.code")
    subjective = serializers.CharField(source="subjective.code")
    percent = serializers.DecimalField(max_digits=7, decimal_places=4, allow_null=True)
    amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class OrderLineAnswer(Answer):
    id = serializers.UUIDField()
    position = serializers.IntegerField()
    description = serializers.CharField()
    cpv = serializers.CharField(source="cpv_id", allow_null=True)
    quantity = serializers.DecimalField(max_digits=12, decimal_places=3)
    unit = serializers.ChoiceField(choices=Unit.choices)
    unit_price = serializers.DecimalField(max_digits=14, decimal_places=4)
    vat_code = serializers.ChoiceField(choices=VatCode.choices)
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    vat_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    gross_amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class LineAnswer(OrderLineAnswer):
    cost_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    codings = CodingAnswer(many=True)


class RequisitionDetailAnswer(RequisitionAnswer):
    requester_name = serializers.CharField(source="requester.work_name")
    justification = serializers.CharField()
    delivery_location = serializers.CharField()
    supplier_name = serializers.CharField()
    supplier_email = serializers.CharField()
    financial_year = serializers.IntegerField(allow_null=True)
    lines = elsewhere(LineAnswer(many=True))


class OrderAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=OrderStatus.choices)
    requisition_id = serializers.UUIDField()
    requester_id = serializers.UUIDField()
    supplier_name = serializers.CharField()
    needed_by_on = serializers.DateField()
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    vat_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    gross_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    issued_at = serializers.DateTimeField()
    sent_on = serializers.DateField(allow_null=True)
    sent_by = serializers.ChoiceField(choices=SentBy.choices, allow_blank=True)
    version = serializers.IntegerField()


class OrderDetailAnswer(OrderAnswer):
    supplier_email = serializers.CharField()
    delivery_location = serializers.CharField()
    financial_year = serializers.IntegerField()
    cancelled_at = serializers.DateTimeField(allow_null=True)
    cancel_reason = serializers.CharField()
    lines = elsewhere(OrderLineAnswer(many=True))
