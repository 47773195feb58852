"""Each event in plain words: what officers read instead of `purchasing.requisition.submitted`.

Events are dotted and past, so most read well by rule; those that do not have words of their own here.
"""

from __future__ import annotations

from functools import cache

WORDS = {
    "accounts.officer_details.viewed": "Officer’s sign-in details viewed",
    "accounts.second_factor.reset": "Second factor reset",
    "accounts.sessions.ended": "Signed out everywhere",
    "accounts.sign_in.failed": "Sign-in failed",
    "annexes.attachment.added": "File attached",
    "annexes.attachment.downloaded": "File downloaded",
    "annexes.attachment.removed": "File removed",
    "api.token.created": "API token created",
    "api.token.revoked": "API token revoked",
    "assurance.head.contradicted": "Copy of a partner’s audit head no longer agrees",
    "assurance.record.found_broken": "Audit record found broken",
    "assurance.verification.started": "Check of the audit record started",
    "finance.actuals.posted": "Actual spend posted",
    "finance.budget.vired": "Budget moved (virement)",
    "finance.virement_limits.changed": "Virement limits changed",
    "insight.step.retried": "Council asked again for its figures",
    "leaving.pack.agreed": "Exit pack agreed by a second officer",
    "leaving.pack.asked_for": "Exit pack asked for",
    "leaving.pack.deleted": "Exit pack deleted",
    "leaving.pack.downloaded": "Exit pack downloaded",
    "leaving.pack.failed": "Exit pack could not be written",
    "leaving.pack.lapsed": "Exit pack not answered in time",
    "leaving.pack.loaded": "Exit pack loaded into this install",
    "leaving.pack.refused": "Exit pack refused by a second officer",
    "leaving.pack.withdrawn": "Request for an exit pack withdrawn",
    "leaving.pack.written": "Exit pack written",
    "list.exported": "List exported",
    "messaging.work.retried": "Work that was given up tried again",
    "notices.preferences.changed": "Own choice of notices changed",
    "operating.access.answered": "Council answered about access to its room",
    "operating.access.asked": "Access to the council’s room asked for",
    "operating.access.done": "Access to the council’s room over",
    "operating.access.ended": "Access of the platform’s team ended",
    "operating.access.opened": "Platform’s team let in to read",
    "operating.back_up.asked": "Backup asked for",
    "operating.back_up.done": "Backup taken",
    "operating.back_up.failed": "Backup failed",
    "operating.call_back.asked": "Staying after all to be entered in the register",
    "operating.call_back.done": "Staying after all entered in the register",
    "operating.change.refused": "Change tried by the platform’s team, refused",
    "operating.clone.agreed": "Copy to a sandbox agreed",
    "operating.clone.answered": "Council answered about a copy to a sandbox",
    "operating.clone.asked": "Copy to a sandbox asked for",
    "operating.clone.done": "Room copied to a sandbox",
    "operating.clone.failed": "Copy to a sandbox failed",
    "operating.clone.refused": "Copy to a sandbox refused",
    "operating.drill.asked": "Restore drill asked for",
    "operating.drill.done": "Restore drill passed",
    "operating.drill.failed": "Restore drill failed",
    "operating.leave.asked": "Day of leaving to be entered in the register",
    "operating.leave.done": "Day of leaving entered in the register",
    "operating.notice.agreed": "Notice to leave agreed",
    "operating.notice.called_back": "Notice to leave withdrawn",
    "operating.notice.given": "Notice to leave given",
    "operating.page.viewed": "Page opened by the platform’s team",
    "operating.remove.asked": "Removal of the room due",
    "operating.remove.done": "Room removed",
    "operating.remove.withdrawn": "Removal of the room called off",
    "operating.rename.asked": "Renaming asked for",
    "operating.rename.done": "Council renamed",
    "operating.restore.agreed": "Restore from a backup agreed",
    "operating.restore.answered": "Council answered about a restore from a backup",
    "operating.restore.asked": "Restore from a backup asked for",
    "operating.restore.done": "Room restored from a backup",
    "operating.restore.failed": "Restore from a backup failed",
    "operating.restore.refused": "Restore from a backup refused",
    "operating.resume.asked": "Resuming of the room asked for",
    "operating.resume.done": "Room resumed",
    "operating.succeed.agreed": "Going on as the successor agreed",
    "operating.succeed.answered": "Council answered about going on as the successor",
    "operating.succeed.asked": "Going on as the successor asked for",
    "operating.succeed.done": "Council goes on as its successor",
    "operating.succeed.failed": "Going on as the successor failed",
    "operating.succeed.refused": "Going on as the successor refused",
    "operating.suspend.asked": "Suspension of the room asked for",
    "operating.suspend.done": "Room suspended",
    "organisation.department.leads_set": "Head of service and director of a department set",
    "organisation.settings.changed": "Council’s settings changed",
    "people.employments.viewed": "List of employments viewed",
    "people.entitlement.posted": "Leave entitlement posted",
    "people.leave.reworked": "Leave worked out again",
    "people.leave_requests.viewed": "List of leave requests viewed",
    "people.working_pattern.changed": "Working hours changed",
    "procurement.proposal.order_asked_again": "Order of a joint purchase asked for again",
    "procurement.share.order_failed": "Order of a council’s share failed",
    "procurement.share.ordered": "Council’s share ordered",
    "webhooks.delivery.replayed": "Webhook delivery sent again",
    "webhooks.endpoint.added": "Webhook added",
    "webhooks.endpoint.changed": "Webhook changed",
    "webhooks.endpoint.removed": "Webhook removed",
    "webhooks.endpoint.stopped": "Webhook turned off because its calls failed",
    "webhooks.endpoint.turned_off": "Webhook turned off",
    "webhooks.endpoint.turned_on": "Webhook turned on",
    "webhooks.period.replayed": "Webhook deliveries of a period sent again",
    "webhooks.secret.rotated": "New secret of a webhook made",
    "webhooks.test.sent": "Test of a webhook sent",
    "workflow.authority_rule.added": "Authority rule added",
    "workflow.authority_rule.ended": "Authority rule ended",
    "workflow.task.completed": "Task decided",
}


@cache
def words_of(event: str) -> str:
    """An event as officers read it: "Requisition submitted", "List of budgets exported", "Signed in"."""
    if event in WORDS:
        return WORDS[event]
    _, _, rest = event.partition(".")
    thing, _, verb = (rest or event).rpartition(".")
    if thing.startswith("list_"):
        thing = f"list of {thing.removeprefix('list_')}"
    words = f"{thing} {verb}".replace("_", " ").replace(".", " ").strip()
    return words[:1].upper() + words[1:]


def is_export(event: str) -> bool:
    return event.endswith(".exported")


def is_look(event: str) -> bool:
    return event.endswith(".viewed")
