"""How a vote stands: who said what, what is still missing."""

from __future__ import annotations

from dataclasses import dataclass

from shared_services.tenancy.directory import council_by_number

from .models import JointProposal, Vote


@dataclass(frozen=True, slots=True)
class Tally:
    """The answers to a proposal so far."""

    voters: int
    quorum: int
    votes: list[Vote]

    @property
    def yes(self) -> int:
        return sum(vote.in_favour for vote in self.votes)

    @property
    def no(self) -> int:
        return len(self.votes) - self.yes

    @property
    def is_carried(self) -> bool:
        return self.yes >= self.quorum

    @property
    def is_lost(self) -> bool:
        """Whether even the votes still missing could not carry it."""
        return self.voters - self.no < self.quorum


def tally_of(proposal: JointProposal) -> Tally:
    """The votes of the councils that were asked, the earliest first."""
    votes = Vote.objects.filter(owner_id__in=proposal.voters, proposal=proposal).order_by("at")
    return Tally(len(proposal.voters), proposal.quorum, list(votes))


def council_name(number: int) -> str:
    council = council_by_number(number)
    return council.short_name if council is not None else "A council that has left"
