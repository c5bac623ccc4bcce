"""Bracknell Forest: a copy of CareDirector's database with views, and audits beside it."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    made,
    note,
    same,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import CAREDIRECTOR
from oversight_coordinator.demo.layouts import Book, Database, Sheet

PECULIAR = (
    "One SQLite database; activities are a view that hides what was deleted; days have a time;"
    " choices are six-digit numbers; audits and the survey are in workbooks."
)

SYSTEM = CAREDIRECTOR.used(
    {"child": "BF-P", "worker": "BF-U", "team": "BF-T", "event": "ACT", "referral": "CASE"},
    date_format="%Y-%m-%d %H:%M:%S",
)
_FILE = "caredirector.sqlite"
_PLACES = "#100001|100002|100003|100004|100099"
_ANSWERS = "#200001|200002|200099"
_GRADES = "1 Outstanding|2 Good|3 Requires improvement|4 Inadequate|9 Ungraded"
_JUDGED = "#900001|900002|900003|900004|900009"

LAYOUTS = (
    SYSTEM.table(
        "team",
        Database(_FILE, "cd_team"),
        ("cd_teamid", "team_id"),
        team_name("cd_name"),
        ("cd_parentteamid", "parent_id"),
        (
            "cd_servicetype",
            "service",
            "#300001|300002|300003|300004|300005|300006|300007|300008",
        ),
    ),
    SYSTEM.table(
        "worker",
        Database(_FILE, "cd_systemuser"),
        ("cd_userid", "worker_id"),
        worker_name("cd_fullname"),
        ("cd_jobrole", "role", "#400001|400002|400003|400004|400005|400006"),
        ("cd_isagency", "agency"),
        ("cd_fte", "fte"),
        ("cd_kss", "kss"),
        ("cd_rolestarted", "role_start"),
        ("cd_roleended", "role_end"),
        ("cd_managerid", "supervisor_id"),
        ("cd_teamid", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Database(_FILE, "cd_involvement"),
        ("cd_personid", "child_id"),
        child_name("cd_personname"),
        born("cd_birthdate"),
        ("cd_responsibleuserid", "worker_id"),
        ("cd_responsibleteamid", "team_id"),
        ("cd_involvementrole", "role", "#500001|500002|500003|500004"),
        ("cd_startdate", "start"),
        ("cd_enddate", "end"),
        ("cd_endreason", "change_reason", "#510001|510002|510003|510004"),
    ),
    SYSTEM.table(
        "oversight_event",
        Database(_FILE, "v_supervision", view_of="cd_activity"),
        ("activityid", "event_id"),
        ("regarding_person", "child_id"),
        ("owner_user", "worker_id"),
        ("manager_user", "supervisor_id"),
        ("actual_start", "held_date"),
        ("completed_on", "recorded_date"),
        ("authorised_on", "authorised_date"),
        ("activity_subtype", "type", "#600001|600002|600003|600004|600005"),
        ("part_one_location", "part1_location", _PLACES),
        ("part_two_location", "part2_location", _PLACES),
        ("family_reflection", "reflects_family", _ANSWERS),
        ("practitioner_reflection", "reflects_practitioner", _ANSWERS),
        ("has_actions", "actions_set", _ANSWERS),
        note("description", "event_id", "Synthetic note: discussed", "Synthetic note: 'quoted'"),
        ("how_known", "evidence", "#610001|610002|610003"),
    ),
    SYSTEM.table(
        "episode",
        Database(_FILE, "cd_referral"),
        ("cd_caseid", "referral_id"),
        ("cd_personid", "child_id"),
        ("cd_requestreceived", "referral_date"),
        ("cd_contactsource", "source"),
        ("cd_needcode", "need"),
        ("cd_nofurtheraction", "nfa"),
        ("cd_caseclosed", "close_date"),
        ("cd_closurereason", "reason"),
    ),
    SYSTEM.table(
        "plan",
        Database(_FILE, "cd_careplan"),
        ("cd_personid", "child_id"),
        ("cd_plantype", "type", "#700001|700002|700003|700004"),
        ("cd_planstart", "start"),
        ("cd_planend", "end"),
        ("cd_abusecategory", "abuse_category"),
        ("cd_previousplans", "previous_cpp"),
    ),
    SYSTEM.table(
        "standard",
        Database(_FILE, "cd_policy"),
        ("cd_appliesto", "cohort", "#800001|800002|800003|800004|800005|800006"),
        ("cd_maxdays", "max_interval_days"),
        ("cd_effective", "policy_date"),
        same("cd_owner", "cohort", "Example policy owner"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(Book("QA audits.xlsx"), "All audits"),
        ("Audit ref", "audit_id"),
        ("CareDirector person", "child_id"),
        made("Auditor", "audit_id", lambda number: f"Auditor {int(number) % 7} Example"),
        ("Scheduled", "planned_date"),
        ("Audited", "audit_date"),
        ("Audit type", "type", "File|SV|Dip sample"),
        ("Overall grade", "overall_grade", _GRADES),
        ("Oversight grade", "oversight_grade", _GRADES),
        ("Moderated?", "moderated", "#TRUE|FALSE"),
        ("Moderated grade", "moderated_grade", _GRADES),
        ("Actions due", "action_due"),
        ("Actions closed", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.survey(
        Sheet(Book("Staff survey export.xlsx"), "Raw data"),
        ("Submission", "respondent_id"),
        same("Consent", "respondent_id", "Yes"),
        ("Opened", "wave"),
        ("Your grade", "role", "AD|HoS|TM|SP|SW|Other qualified"),
        ("Your team (code)", "team_id"),
        wide=asked("Q{number} {text}", "1 - Strongly disagree|2|3|4|5 - Strongly agree"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "theme",
        Sheet(Book("Focus groups.xlsx"), "Coding"),
        ("Group", "session_id"),
        ("Came from", "kind", "Group meeting|Survey comments"),
        ("Code", "theme_code"),
        ("Count", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Database(_FILE, "cd_inspection"),
        ("cd_framework", "framework", "ILACS|FV|MV|JTAI|HMIP"),
        ("cd_inspected", "date"),
        ("cd_overall", "overall", _JUDGED),
        ("cd_leaders", "leadership", _JUDGED),
        ("cd_helpprotection", "help_and_protection", _JUDGED),
        ("cd_incare", "in_care", _JUDGED),
        ("cd_leaving", "care_leavers", _JUDGED),
        ("cd_published", "public", "Y|N"),
    ),
)
