"""Leave through the API: asked for, counted, approved, taken back."""

from __future__ import annotations

from tests.programs import program_of

WEEK = {"first_on": "2026-06-15", "last_on": "2026-06-19"}


def test_leave_is_asked_for_approved_and_shows_in_balance_and_ledger(team):
    officer, manager = program_of(team.officer, "people:write"), program_of(team.manager, "workflow:write")

    asked = officer.post("leave-requests/", WEEK, idempotency_key="summer")
    assert (asked.status_code, asked.json()["hours"], asked.json()["status"]) == (201, "37.00", "asked")
    (job,) = officer.get("employments/").json()["results"]
    waiting = officer.get(f"employments/{job['id']}/balance/").json()
    assert (waiting["waiting_hours"], waiting["booked_hours"]) == ("37.00", "0.00")

    (task,) = manager.get("inbox/").json()["results"]
    manager.post(f"inbox/{task['id']}/decide/", {"outcome": "approve"})

    assert officer.get(f"leave-requests/{asked.json()['id']}/").json()["status"] == "approved"
    booked = officer.get(f"employments/{job['id']}/balance/").json()
    assert (booked["waiting_hours"], booked["booked_hours"]) == ("0.00", "37.00")
    entries = officer.get(f"employments/{job['id']}/ledger/").json()["results"]
    assert entries[-1]["balance_hours"] == booked["left_hours"]


def test_asking_twice_for_the_same_days_is_refused_with_the_reason(team):
    officer = program_of(team.officer, "people:write")
    officer.post("leave-requests/", WEEK)

    again = officer.post("leave-requests/", WEEK)

    assert again.status_code == 409
    assert again.json()["detail"]


def test_leave_is_taken_back_with_the_version_that_was_seen(team):
    officer = program_of(team.officer, "people:write")
    asked = officer.post("leave-requests/", WEEK)
    path = f"leave-requests/{asked.json()['id']}/withdraw/"

    stale = officer.post(path, if_match='"7"')
    done = officer.post(path, if_match=asked["ETag"])

    assert stale.status_code == 412
    assert (done.status_code, done.json()["status"]) == (200, "withdrawn")


def test_a_colleagues_leave_is_nobody_elses_business(team):
    asked = program_of(team.officer, "people:write").post("leave-requests/", WEEK).json()
    colleague = program_of(team.colleague, "people:write")

    assert colleague.get(f"leave-requests/{asked['id']}/").status_code == 404
    assert colleague.get(f"employments/{team.job.pk}/balance/").status_code == 404
    assert colleague.post(f"leave-requests/{asked['id']}/withdraw/").status_code == 404


def test_a_manager_sees_the_balance_of_his_officer(team):
    manager = program_of(team.manager, "people:read")

    assert manager.get(f"employments/{team.job.pk}/balance/").status_code == 200


def test_leave_that_was_sent_back_is_changed_and_sent_again(team):
    officer, manager = program_of(team.officer, "people:write"), program_of(team.manager, "workflow:write")
    asked = officer.post("leave-requests/", WEEK).json()
    (task,) = manager.get("inbox/").json()["results"]
    manager.post(f"inbox/{task['id']}/decide/", {"outcome": "send_back", "note": "Too many are away"})

    changed = officer.post(f"leave-requests/{asked['id']}/change/", {"first_on": "2026-06-15", "last_on": "2026-06-15"})

    assert (changed.status_code, changed.json()["hours"], changed.json()["status"]) == (200, "7.40", "asked")
    assert len(manager.get("inbox/").json()["results"]) == 1


def test_hr_adjusts_a_ledger_and_an_officer_does_not(team, hr):
    path = f"employments/{team.job.pk}/adjust/"
    adjustment = {"leave_year_from": "2026-06-01", "hours": "-7.40", "reason": "Taken in April"}

    adjusted = program_of(hr, "people:write").post(path, adjustment)
    refused = program_of(team.officer, "people:write").post(path, adjustment)

    assert adjusted.status_code == 201, adjusted.json()
    assert adjusted.json()["results"][-1]["balance_hours"] == "177.60"
    assert refused.status_code == 403
