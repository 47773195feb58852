"""Demand and joint proposals as the API takes and gives them."""

from __future__ import annotations

from rest_framework import serializers

from shared_services.api.bodies import Body
from shared_services.api.rows import Answer, elsewhere

from .choices import DemandStatus, ProposalStatus, ShareStatus


class DemandAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="owner_id")
    requisition_id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    line_number = serializers.IntegerField()
    cpv = serializers.CharField(source="cpv_id")
    cpv_label = serializers.CharField(source="cpv.label")
    description = serializers.CharField()
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3)
    unit = serializers.CharField()
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    needed_by_on = serializers.DateField(allow_null=True)
    status = serializers.ChoiceField(choices=DemandStatus.choices)
    handed_over_at = serializers.DateTimeField()
    return_reason = serializers.CharField()


class HandBackBody(Body):
    line_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    reason = serializers.CharField(max_length=500)


class HandedBackAnswer(Answer):
    references = elsewhere(serializers.ListField(child=serializers.CharField()))


class PurchaseProposalAnswer(Answer):
    id = serializers.UUIDField()
    reference = serializers.CharField()
    title = serializers.CharField()
    category = serializers.CharField(source="category_id")
    supplier_name = serializers.CharField()
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    estimated_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    case_id = serializers.UUIDField(allow_null=True)
    drafted_at = serializers.DateTimeField()
    submitted_at = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField()


class ProposalLineAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="share.council_id")
    demand_line_id = serializers.UUIDField()
    reference = serializers.CharField(source="demand_line.reference")
    description = serializers.CharField(source="demand_line.description")
    quantity = serializers.DecimalField(max_digits=14, decimal_places=3, source="demand_line.quantity")
    estimated_amount = serializers.DecimalField(max_digits=14, decimal_places=2, source="demand_line.net_amount")
    agreed_unit_price = serializers.DecimalField(max_digits=14, decimal_places=4, allow_null=True)
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)


class ShareAnswer(Answer):
    id = serializers.UUIDField()
    council = serializers.IntegerField(source="council_id")
    council_name = serializers.CharField()
    line_count = serializers.IntegerField()
    estimated_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    net_amount = serializers.DecimalField(max_digits=14, decimal_places=2)
    status = serializers.ChoiceField(choices=ShareStatus.choices)
    order_references = serializers.CharField()
    failure = serializers.CharField()
    answer = elsewhere(serializers.CharField())
    answered_by = elsewhere(serializers.CharField())


class PurchaseProposalDetailAnswer(PurchaseProposalAnswer):
    justification = serializers.CharField()
    show_totals_to_councils = serializers.BooleanField()
    close_reason = serializers.CharField()
    lines = elsewhere(ProposalLineAnswer(many=True))
    shares = elsewhere(ShareAnswer(many=True))


class GroupBody(Body):
    line_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)
    title = serializers.CharField(max_length=200, required=False, allow_blank=True, default="")


class AddDemandBody(Body):
    line_ids = serializers.ListField(child=serializers.UUIDField(), min_length=1, max_length=100)


class RemoveDemandBody(Body):
    requisition_id = serializers.UUIDField()


class PriceBody(Body):
    """The price agreed for one line of the proposal; null keeps the council's own estimate."""

    line_id = serializers.UUIDField()
    agreed_unit_price = serializers.DecimalField(max_digits=14, decimal_places=4, min_value=0, allow_null=True)


class ProposalBody(Body):
    title = serializers.CharField(max_length=200)
    category = serializers.CharField(max_length=10)
    supplier_name = serializers.CharField(max_length=200, allow_blank=True)
    justification = serializers.CharField(max_length=4000, allow_blank=True)
    show_totals_to_councils = serializers.BooleanField()
    prices = PriceBody(many=True, required=False, max_length=1000)  # type: ignore[call-arg]  # The list's, by many=True.


class CancelBody(Body):
    reason = serializers.CharField(max_length=500, required=False, allow_blank=True, default="")


class AskAgainBody(Body):
    share_id = serializers.UUIDField()
