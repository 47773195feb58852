from __future__ import annotations

from django.urls import include, path

from .views import beginning, drafts, moving, processes, publishing, trials, votes

DRAFT = "drafts/<uuid:draft_id>/"
VERSION = "versions/<uuid:version_id>/"
VOTE = "votes/<uuid:proposal_id>/"

app_name = "modelling"
urlpatterns = [
    path("", processes.ListProcesses.as_view(), name="list_processes"),
    path("new/", beginning.StartDraft.as_view(), name="start_draft"),
    path("import/", beginning.ImportDraft.as_view(), name="import_draft"),
    path("rules/", publishing.SetRules.as_view(), name="rules"),
    path("newest/<str:key>/", processes.ViewProcess.as_view(), name="process"),
    path(VERSION, processes.ViewVersion.as_view(), name="version"),
    path(f"{VERSION}picture.svg", processes.VersionPicture.as_view(), name="version_picture"),
    path(f"{VERSION}process.bpmn", processes.VersionFile.as_view(), name="version_bpmn"),
    path(f"{VERSION}decisions-<int:number>.dmn", processes.VersionFile.as_view(), name="version_dmn"),
    path(f"{VERSION}draft/", beginning.StartFromVersion.as_view(), name="start_from_version"),
    path(f"{VERSION}rebase/", beginning.RebaseOverride.as_view(), name="rebase"),
    path(f"{VERSION}move/", moving.ChooseVersion.as_view(), name="choose_version"),
    path(f"{VERSION}move/<uuid:to_id>/", moving.MoveCases.as_view(), name="move_cases"),
    path(DRAFT, drafts.ViewDraft.as_view(), name="draft"),
    path(f"{DRAFT}picture.svg", drafts.DraftPicture.as_view(), name="draft_picture"),
    path(f"{DRAFT}process.bpmn", drafts.DraftFile.as_view(), name="draft_bpmn"),
    path(f"{DRAFT}decisions-<int:number>.dmn", drafts.DraftFile.as_view(), name="draft_dmn"),
    path(f"{DRAFT}files/", beginning.ReplaceFiles.as_view(), name="replace_files"),
    path(f"{DRAFT}abandon/", beginning.AbandonDraft.as_view(), name="abandon_draft"),
    path(f"{DRAFT}tests/", trials.ListTrials.as_view(), name="trials"),
    path(f"{DRAFT}tests/new/", trials.AddTrial.as_view(), name="add_trial"),
    path(f"{DRAFT}tests/<int:number>/", trials.ChangeTrial.as_view(), name="change_trial"),
    path(f"{DRAFT}tests/<int:number>/remove/", trials.RemoveTrial.as_view(), name="remove_trial"),
    path(f"{DRAFT}try/", publishing.TryDraft.as_view(), name="try_draft"),
    path(f"{DRAFT}ask/", publishing.AskToPublish.as_view(), name="ask_to_publish"),
    path(f"{DRAFT}publish/", publishing.PublishDraft.as_view(), name="publish_draft"),
    path(f"{DRAFT}propose/", publishing.ProposeDraft.as_view(), name="propose_draft"),
    path("dry-runs/<uuid:run_id>/", publishing.ViewDryRun.as_view(), name="dry_run"),
    path("votes/", votes.ListProposals.as_view(), name="proposals"),
    path(VOTE, votes.ViewProposal.as_view(), name="proposal"),
    path(f"{VOTE}picture.svg", votes.ProposalPicture.as_view(), name="proposal_picture"),
    path(f"{VOTE}process.bpmn", votes.ProposalFile.as_view(), name="proposal_bpmn"),
    path(f"{VOTE}decisions-<int:number>.dmn", votes.ProposalFile.as_view(), name="proposal_dmn"),
    path(f"{VOTE}try/", votes.TryProposal.as_view(), name="try_proposal"),
    path(f"{VOTE}vote/", votes.CastVote.as_view(), name="vote"),
    path(f"{VOTE}withdraw/", votes.WithdrawProposal.as_view(), name="withdraw_proposal"),
    path(DRAFT, include("shared_services.modelling.design_urls")),
]
