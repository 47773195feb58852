"""What the API says of processes, drafts and votes, and what it takes."""

from __future__ import annotations

from rest_framework import serializers

from shared_services.api.bodies import Body
from shared_services.api.rows import Answer, elsewhere

from .choices import DraftStatus, DryRunStatus, ProposalStatus


class ProcessAnswer(Answer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    version = serializers.IntegerField()
    title = serializers.CharField()
    council = serializers.IntegerField(source="owner_id", help_text="0 for a joint process")
    based_on = serializers.UUIDField(source="based_on_id", allow_null=True)
    sha256 = serializers.CharField()
    published_at = serializers.DateTimeField()
    published_by_name = serializers.CharField()


class _Files(Answer):
    bpmn = serializers.CharField()
    dmn = serializers.ListField(child=serializers.CharField())
    forms = serializers.DictField()
    tests = serializers.ListField(child=serializers.DictField())


class ProcessDetailAnswer(ProcessAnswer, _Files):
    running = elsewhere(serializers.IntegerField(help_text="this room’s open cases on it"))


class DraftAnswer(Answer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=DraftStatus.choices)
    based_on = serializers.UUIDField(source="based_on_id", allow_null=True)
    published = serializers.UUIDField(source="published_id", allow_null=True)
    edited_at = serializers.DateTimeField()
    edited_by_name = serializers.CharField()
    asked_by_name = serializers.CharField()
    version = serializers.IntegerField()


class FindingAnswer(Answer):
    level = serializers.CharField()
    element = serializers.CharField()
    rule = serializers.CharField()
    message = serializers.CharField()


class TrialAnswer(Answer):
    name = serializers.CharField()
    passed = serializers.BooleanField()
    different = serializers.ListField(child=serializers.CharField())


class DraftDetailAnswer(DraftAnswer, _Files):
    findings = elsewhere(FindingAnswer(many=True))
    refusals = elsewhere(serializers.ListField(child=serializers.CharField()))
    test_results = elsewhere(TrialAnswer(many=True))
    changes = elsewhere(serializers.ListField(child=serializers.CharField()))
    ready = elsewhere(serializers.BooleanField(help_text="whether nothing stands in the way of publishing"))


class DryRunAnswer(Answer):
    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=DryRunStatus.choices)
    total = serializers.IntegerField()
    done = serializers.IntegerField()
    same = serializers.IntegerField()
    different = serializers.IntegerField()
    unclear = serializers.IntegerField()
    found = serializers.ListField(child=serializers.DictField())


class ProposalAnswer(Answer):
    id = serializers.UUIDField()
    key = serializers.CharField()
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=ProposalStatus.choices)
    changes = serializers.ListField(child=serializers.CharField())
    quorum = serializers.IntegerField()
    voters = serializers.ListField(child=serializers.IntegerField())
    proposed_at = serializers.DateTimeField()
    proposed_by_name = serializers.CharField()
    closes_on = serializers.DateField()
    published = serializers.UUIDField(source="published_id", allow_null=True)
    version = serializers.IntegerField()


class VoteAnswer(Answer):
    council = serializers.IntegerField(source="owner_id")
    in_favour = serializers.BooleanField()
    reason = serializers.CharField()
    card_name = serializers.CharField()
    at = serializers.DateTimeField()


class ProposalDetailAnswer(ProposalAnswer, _Files):
    votes = elsewhere(VoteAnswer(many=True))


def _xml(**more: object) -> serializers.CharField:
    return serializers.CharField(trim_whitespace=False, max_length=1_048_576, **more)  # type: ignore[arg-type]


class ImportBody(Body):
    bpmn = _xml()
    dmn = serializers.ListField(child=_xml(), required=False, default=list, max_length=50)


class DraftBody(Body):
    """What is left out stays as it is."""

    title = serializers.CharField(max_length=200, required=False)
    bpmn = _xml(required=False)
    dmn = serializers.ListField(child=_xml(), required=False, max_length=50)
    forms = serializers.DictField(required=False)
    tests = serializers.ListField(child=serializers.DictField(), required=False, max_length=100)


class PublishBody(Body):
    warnings_seen = serializers.BooleanField(required=False, default=False)


class VoteBody(Body):
    in_favour = serializers.BooleanField()
    reason = serializers.CharField(max_length=2000)
