# ruff: noqa: E501 (a column of a layout stands in one line)
"""Further held-out layouts, written after the vocabulary was settled: the fairer measure of the two."""

from __future__ import annotations

from support.held_out_exports import YES_NO, cols
from support.held_out_layouts import Export, Layout, birth, minutes, name, one_of, stamp, text

LONG = "%d %B %Y"

ACCESS = Layout("a desktop database's tables, exported as they are", (
    Export("tblTeams.csv", "team", cols(
        ("TeamKey", "team_id"), ("TeamLabel", None, one_of("Purple", "Green")),
        ("ReportsToTeamKey", "parent_id"), ("Provision", "service", {
            "front_door": "Front door", "assessment": "Assessment and intervention",
            "cin_cp": "CIN and CP", "disabled_children": "Children with disabilities",
            "looked_after": "Children in care", "care_leavers": "Leaving care",
            "youth_justice": "YJS", "other": "Other"}))),
    Export("tblStaff.csv", "worker", cols(
        ("StaffKey", "worker_id"), ("StaffFirst", None, name), ("JobRole", "role", {
            1: "1 - Senior Manager", 2: "2 - Middle Manager", 3: "3 - First Line Manager",
            4: "4 - Senior Practitioner", 5: "5 - Case Holder", 6: "6 - Qualified Without Cases"}),
        ("EmployedBy", "agency", {1: "Agency", 0: "Council"}), ("FTEValue", "fte"),
        ("RoleFrom", "role_start", "%d/%m/%Y"), ("RoleTo", "role_end", "%d/%m/%Y"),
        ("LineMgrKey", "supervisor_id"), ("TeamKey", "team_id"))),
    Export("tblSupervision.csv", "oversight_event", cols(
        ("SupKey", "event_id"), ("ChildKey", "child_id"), ("StaffKey", "worker_id"),
        ("SupervisorKey", "supervisor_id"), ("SupDate", "held_date", "%d/%m/%Y"),
        ("WrittenUpDate", "recorded_date", "%d/%m/%Y"), ("SignOffDate", "authorised_date", "%d/%m/%Y"),
        ("SupCategory", "type", {
            "case": "Case", "personal": "Personal", "combined": "Case + personal", "group": "Group",
            "management_decision": "Mgmt oversight"}),
        ("Part1Where", "part1_location", {
            "child_file": "Child file", "supervision_record": "Sup file", "both": "Both",
            "neither": "Neither", "unknown": "?"}),
        ("Part2Where", "part2_location", {
            "child_file": "Child file", "supervision_record": "Sup file", "both": "Both",
            "neither": "Neither", "unknown": "?"}),
        ("ActionsYN", "actions_set", {"Y": "Y", "N": "N", "U": ""}), ("FreeText", None, text))),
    Export("tblCaseHistory.csv", "allocation", cols(
        ("ChildKey", "child_id"), ("ChildName", None, name), ("ChildDOB", None, birth),
        ("StaffKey", "worker_id"), ("TeamKey", "team_id"), ("Capacity", "role", {
            "case_holder": "Lead", "co_worker": "Co-worker", "family_support": "Family support",
            "other": "Other"}),
        ("AllocFrom", "start", "%d/%m/%Y"), ("AllocTo", "end", "%d/%m/%Y"),
        ("EndedBecause", "change_reason", {
            "closed": "Case closed", "transfer": "Transfer", "worker_left": "Worker left",
            "other": "Other"})))))  # fmt: skip

WORDY = Layout("reports for people, with long headers and dates in words", (
    Export("Referral report.csv", "episode", cols(
        ("Unique reference of referral", "referral_id"), ("Child's unique reference", "child_id"),
        ("Child's name", None, name), ("Date on which the referral was received", "referral_date", LONG),
        ("Who made the referral", "source", {
            "1A": "Family member/relative/carer", "1B": "Neighbour or friend", "1C": "Child",
            "2A": "School", "2B": "Education services", "3A": "GP", "3B": "Health visitor",
            "3E": "Hospital A&E", "4": "Housing", "5A": "LA social care", "5D": "Early Help",
            "6": "Police", "7": "Courts/probation", "9": "Anonymous", "10": "Not known"}),
        ("Main reason for need", "need"),
        ("Did the referral end in no further action?", "nfa", {1: "Yes", 0: "No"}),
        ("Date of case closure", "close_date", LONG), ("Why the case was closed", "reason"))),
    Export("Plans report.csv", "plan", cols(
        ("Child's unique reference", "child_id"), ("Which plan", "type", {
            "cin": "Child in Need Plan", "cp": "Child Protection Plan", "cla": "Looked After",
            "care_leaver": "Care Leaver"}),
        ("Plan started on", "start", LONG), ("Plan ended on", "end", LONG),
        ("Category of harm", "abuse_category", {
            "NEG": "Neglect", "PHY": "Physical harm", "SAB": "Sexual harm", "EMO": "Emotional harm",
            "MUL": "More than one"}),
        ("Times on a child protection plan previously", "previous_cpp"))),
    Export("Learning reviews.csv", "audit", cols(
        ("Review number", "audit_id"), ("Timestamp", None, stamp), ("Child's unique reference", "child_id"),
        ("Reviewed by", None, name), ("Review due on", "planned_date", LONG),
        ("Review carried out on", "audit_date", LONG),
        ("What was reviewed", "type", {"case_file": "Case file", "supervision": "Supervision records",
                                       "thematic": "Theme"}),
        ("Overall quality of practice", "overall_grade", {
            "outstanding": "Outstanding", "good": "Good", "requires_improvement": "Requires improvement",
            "inadequate": "Inadequate", "not_graded": "Not graded"}),
        ("Quality of management oversight and supervision", "oversight_grade", {
            "outstanding": "Outstanding", "good": "Good", "requires_improvement": "Requires improvement",
            "inadequate": "Inadequate", "not_graded": "Not graded"}),
        ("Was the review moderated?", "moderated", YES_NO),
        ("Quality of practice after moderation", "moderated_grade", {
            "outstanding": "Outstanding", "good": "Good", "requires_improvement": "Requires improvement",
            "inadequate": "Inadequate", "not_graded": "Not graded"}),
        ("Deadline for the actions", "action_due", LONG), ("Actions completed on", "action_closed", LONG))),
    Export("Supervision expectations.csv", "standard", cols(
        ("Type of case", "cohort", {
            "all": "All", "cin": "CIN", "cp": "CP", "cla": "CLA", "care_leaver": "Care leavers",
            "worker": "Personal supervision"}),
        ("At least every (days)", "max_interval_days"), ("In force since", "policy_date", LONG)))))  # fmt: skip

WAREHOUSE = Layout("a warehouse with surrogate keys and flags", (
    Export("DW_DIM_EMPLOYEE.psv", "worker", cols(
        ("EMPLOYEE_BK", "worker_id", "EMP{}"), ("EMPLOYEE_FULL_NAME", None, name),
        ("WORKFORCE_ROLE_CODE", "role"), ("AGENCY_STAFF_IND", "agency"), ("FTE_VALUE", "fte"),
        ("KSS_STATUS_CODE", "kss"), ("POST_START_DATE", "role_start", "%Y%m%d"),
        ("POST_END_DATE", "role_end", "%Y%m%d"), ("MANAGER_EMPLOYEE_BK", "supervisor_id", "EMP{}"),
        ("TEAM_BK", "team_id")), delimiter="|"),
    Export("DW_FACT_CASE_ALLOCATION.psv", "allocation", cols(
        ("CHILD_BK", "child_id", "CH{}"), ("EMPLOYEE_BK", "worker_id", "EMP{}"), ("TEAM_BK", "team_id"),
        ("ALLOCATION_TYPE", "role", {"case_holder": "PRIMARY", "co_worker": "SECONDARY",
                                     "family_support": "FAMILY SUPPORT", "other": "OTHER"}),
        ("ALLOCATION_START_DATE", "start", "%Y%m%d"), ("ALLOCATION_END_DATE", "end", "%Y%m%d"),
        ("LOAD_TS", None, stamp)), delimiter="|"),
    Export("DW_FACT_OVERSIGHT.psv", "oversight_event", cols(
        ("OVERSIGHT_BK", "event_id"), ("CHILD_BK", "child_id", "CH{}"), ("EMPLOYEE_BK", "worker_id", "EMP{}"),
        ("SUPERVISOR_EMPLOYEE_BK", "supervisor_id", "EMP{}"), ("EVENT_DATE", "held_date", "%Y%m%d"),
        ("RECORD_COMPLETED_DATE", "recorded_date", "%Y%m%d"), ("RECORD_APPROVED_DATE", "authorised_date", "%Y%m%d"),
        ("OVERSIGHT_TYPE", "type", {"case": "CASE_SUP", "personal": "PERS_SUP", "combined": "COMB_SUP",
                                    "group": "GROUP_SUP", "management_decision": "MGT_DEC"}),
        ("FAMILY_REFLECTION_FLAG", "reflects_family"), ("PRACTITIONER_REFLECTION_FLAG", "reflects_practitioner"),
        ("ACTIONS_FLAG", "actions_set"), ("DURATION_MINS", None, minutes)), delimiter="|"),
    Export("DW_REF_INSPECTION.psv", "inspection", cols(
        ("INSPECTION_TYPE", "framework", {"ilacs": "ILACS", "focused_visit": "FOCUSED VISIT", "jtai": "JTAI"}),
        ("INSPECTION_END_DATE", "date", "%Y%m%d"), ("OVERALL_JUDGEMENT", "overall"),
        ("LEADERS_JUDGEMENT", "leadership"), ("HELP_PROTECTION_JUDGEMENT", "help_and_protection"),
        ("IN_CARE_JUDGEMENT", "in_care"), ("CARE_LEAVER_JUDGEMENT", "care_leavers"),
        ("PUBLISHED_FLAG", "public")), delimiter="|"),
    Export("DW_FACT_THEME.psv", "theme", cols(
        ("SESSION_BK", "session_id"), ("SESSION_KIND", "kind"), ("THEME_CODE", "theme_code"),
        ("MENTION_COUNT", "mentions")), delimiter="|"),
    Export("DW_FACT_SURVEY.psv", "survey_response", cols(
        ("RESPONDENT_BK", "respondent_id"), ("SURVEY_OPEN_DATE", "wave", "%Y%m%d"), ("QUESTION_CODE", "question_id"),
        ("ANSWER_CODE", "response"), ("ROLE_CODE", "role"), ("TEAM_BK", "team_id")), delimiter="|")))  # fmt: skip

GRID = Layout("grids kept by managers, with everyday names", (
    Export("Grids.xlsx", "oversight_event", cols(
        ("Entry", "event_id"), ("Child", "child_id"), ("Social worker", "worker_id", "SW{}"),
        ("Manager", "supervisor_id", "SW{}"), ("When", "held_date", "%d/%m/%Y"),
        ("On the system by", "recorded_date", "%d/%m/%Y"), ("Agreed by manager", "authorised_date", "%d/%m/%Y"),
        ("What", "type", {"case": "Case supervision", "personal": "1:1", "combined": "1:1 and case",
                          "group": "Group", "management_decision": "Manager's decision"}),
        ("Next steps?", "actions_set", YES_NO), ("Notes", None, text)), sheet="Supervisions",
        titles=("Supervision grid", "Do not delete rows")),
    Export("Grids.xlsx", "allocation", cols(
        ("Child", "child_id"), ("First name", None, name), ("Social worker", "worker_id", "SW{}"),
        ("Team", "team_id"), ("Key worker or other", "role", {
            "case_holder": "Key worker", "co_worker": "Co-worker", "family_support": "FSW", "other": "Other"}),
        ("Allocated", "start", "%d/%m/%Y"), ("Moved on", "end", "%d/%m/%Y")), sheet="Who has which case"),
    Export("Grids.xlsx", "team", cols(
        ("Team", "team_id"), ("Sits under", "parent_id"), ("What it does", "service", {
            "front_door": "MASH / front door", "assessment": "Assessments", "cin_cp": "CIN/CP",
            "disabled_children": "Disabled children", "looked_after": "Looked after",
            "care_leavers": "Care leavers", "youth_justice": "Youth justice", "other": "Other"})), sheet="Teams")))  # fmt: skip

LAYOUTS = (ACCESS, WORDY, WAREHOUSE, GRID)
