# ruff: noqa: E501 (a column of a layout stands in one line)
"""The held-out layouts themselves: what each system calls what."""

from __future__ import annotations

from typing import Any

from support.held_out_layouts import (
    Column,
    Export,
    Layout,
    birth,
    minutes,
    name,
    one_of,
    stamp,
    text,
)


def cols(*given: tuple[Any, ...]) -> tuple[Column, ...]:
    """Columns from header, field and how it is written."""
    return tuple(Column(*one) for one in given)


UK, YES_NO, TRUE_FALSE = "%d/%m/%Y", {"Y": "Yes", "N": "No", "U": ""}, {1: "True", 0: "False"}
NEEDS = {
    "N0": "N0 - Not Stated", "N1": "N1 - Abuse or Neglect", "N2": "N2 - Child's Disability",
    "N3": "N3 - Parental Disability/Illness", "N4": "N4 - Family in Acute Stress",
    "N5": "N5 - Family Dysfunction", "N6": "N6 - Socially Unacceptable Behaviour",
    "N7": "N7 - Low Income", "N8": "N8 - Absent Parenting", "N9": "N9 - Not CIN",
}  # fmt: skip
ROLES = {1: "Assistant Director", 2: "Service Manager", 3: "Team Manager",
         4: "Senior Practitioner", 5: "Social Worker", 6: "Independent Reviewing Officer"}  # fmt: skip
OFSTED = {"outstanding": "Outstanding", "good": "Good", "requires_improvement": "RI",
          "inadequate": "Inadequate", "not_graded": "N/A"}  # fmt: skip

LIQUID = Layout("a Liquidlogic reporting extract", (
    Export("Organisation Structure.csv", "team", cols(
        ("Organisation ID", "team_id", "ORG{}"), ("Organisation Name", None, one_of("North", "East")),
        ("Parent Organisation ID", "parent_id", "ORG{}"),
        ("Service Area", "service", {
            "front_door": "MASH", "assessment": "Assessment & Intervention",
            "cin_cp": "Child in Need / Child Protection", "disabled_children": "Children with Disabilities",
            "looked_after": "Children Looked After", "care_leavers": "Leaving Care",
            "youth_justice": "Youth Offending", "other": "Other"}))),
    Export("Worker Details.csv", "worker", cols(
        ("Worker ID", "worker_id"), ("Worker Name", None, name), ("Job Title", "role", ROLES),
        ("Agency Worker?", "agency", {1: "Y", 0: "N"}), ("FTE", "fte"),
        ("Start Date In Role", "role_start", UK), ("End Date In Role", "role_end", UK),
        ("Line Manager ID", "supervisor_id"), ("Organisation ID", "team_id", "ORG{}"))),
    Export("Referrals.csv", "episode", cols(
        ("Referral ID", "referral_id"), ("Person ID", "child_id"), ("Full Name", None, name),
        ("DOB", None, birth), ("Referral Start Date", "referral_date", UK),
        ("Referral Source Code", "source"), ("Primary Need", "need", NEEDS),
        ("NFA Flag", "nfa", {1: "Y", 0: "N"}), ("Referral Closure Date", "close_date", UK),
        ("Closure Reason Code", "reason"), ("Last Updated", None, stamp))),
    Export("Case Worker Involvements.csv", "allocation", cols(
        ("Person ID", "child_id"), ("Worker ID", "worker_id"), ("Worker Name", None, name),
        ("Organisation ID", "team_id", "ORG{}"), ("Involvement Type", "role", {
            "case_holder": "Allocated Case Worker", "co_worker": "Co-worker",
            "family_support": "Family Support Worker", "other": "Other Involvement"}),
        ("Involvement Start Date", "start", UK), ("Involvement End Date", "end", UK))),
    Export("Supervision Records.csv", "oversight_event", cols(
        ("Form ID", "event_id"), ("Person ID", "child_id"), ("Supervisee ID", "worker_id"),
        ("Supervisee Name", None, name), ("Supervisor ID", "supervisor_id"),
        ("Date of Supervision", "held_date", UK), ("Form Completed Date", "recorded_date", UK),
        ("Form Authorised Date", "authorised_date", UK), ("Supervision Type", "type", {
            "case": "Case Supervision", "personal": "Personal Supervision",
            "combined": "Combined Supervision", "group": "Group Supervision",
            "management_decision": "Management Oversight"}),
        ("Family Reflection Recorded On", "part1_location", {
            "child_file": "Child's Record", "supervision_record": "Staff Supervision Record",
            "both": "Both", "neither": "Not Recorded", "unknown": "Unknown"}),
        ("Practitioner Reflection Recorded On", "part2_location", {
            "child_file": "Child's Record", "supervision_record": "Staff Supervision Record",
            "both": "Both", "neither": "Not Recorded", "unknown": "Unknown"}),
        ("Actions Agreed", "actions_set", {"Y": "Yes", "N": "No", "U": "Unknown"}),
        ("Discussion", None, text), ("Duration (mins)", None, minutes)))))  # fmt: skip

MOSAIC = Layout("Mosaic tables from Oracle", (
    Export("MO_ORGANISATIONS.txt", "team", cols(
        ("ORGANISATION_ID", "team_id"), ("NAME", None, one_of("ASSESSMENT NORTH", "CLA SOUTH")),
        ("PARENT_ORG_ID", "parent_id"), ("SERVICE_TYPE", "service", {
            "front_door": "FRONT DOOR", "assessment": "ASSESSMENT", "cin_cp": "SAFEGUARDING",
            "disabled_children": "CWD", "looked_after": "CLA", "care_leavers": "CARE LEAVERS",
            "youth_justice": "YJS", "other": "OTHER"})), delimiter="|"),
    Export("MO_WORKERS.txt", "worker", cols(
        ("WORKER_ID", "worker_id", "{}"), ("FIRST_NAMES", None, name), ("WORKER_ROLE", "role", {
            1: "HEAD OF SERVICE", 2: "GROUP MANAGER", 3: "TEAM MANAGER", 4: "ADVANCED PRACTITIONER",
            5: "SOCIAL WORKER", 6: "QA OFFICER"}),
        ("EMPLOYMENT_TYPE", "agency", {1: "AGENCY", 0: "PERMANENT"}), ("WTE", "fte"),
        ("ROLE_START_DATE", "role_start", "%d-%b-%Y"), ("ROLE_END_DATE", "role_end", "%d-%b-%Y"),
        ("SUPERVISOR_WORKER_ID", "supervisor_id"), ("ORGANISATION_ID", "team_id")), delimiter="|"),
    Export("MO_SUBJECT_PLANS.txt", "plan", cols(
        ("PERSON_ID", "child_id"), ("PLAN_TYPE", "type", {
            "cin": "CIN PLAN", "cp": "CP PLAN", "cla": "CARE PLAN", "care_leaver": "PATHWAY PLAN"}),
        ("START_DATE", "start", "%d-%b-%Y"), ("END_DATE", "end", "%d-%b-%Y"),
        ("CATEGORY_OF_ABUSE", "abuse_category", {
            "NEG": "NEGLECT", "PHY": "PHYSICAL", "SAB": "SEXUAL", "EMO": "EMOTIONAL",
            "MUL": "MULTIPLE"}),
        ("NO_OF_PREV_CPP", "previous_cpp"), ("CREATED_BY", None, name)), delimiter="|"),
    Export("MO_WORKFLOW_SUPERVISION.txt", "oversight_event", cols(
        ("WORKFLOW_STEP_ID", "event_id"), ("PERSON_ID", "child_id"), ("WORKER_ID", "worker_id"),
        ("MANAGER_WORKER_ID", "supervisor_id"), ("SUPERVISION_DATE", "held_date", "%d-%b-%Y"),
        ("COMPLETED_ON", "recorded_date", "%d-%b-%Y"), ("AUTHORISED_ON", "authorised_date", "%d-%b-%Y"),
        ("STEP_TYPE", "type", {
            "case": "CASE SUPERVISION", "personal": "1:1 SUPERVISION", "combined": "CASE AND PERSONAL",
            "group": "GROUP SUPERVISION", "management_decision": "MANAGEMENT DECISION"}),
        ("REFLECTION_FAMILY_YN", "reflects_family", {"Y": "Y", "N": "N", "U": "U"}),
        ("REFLECTION_PRACTITIONER_YN", "reflects_practitioner", {"Y": "Y", "N": "N", "U": "U"}),
        ("ACTIONS_YN", "actions_set", {"Y": "Y", "N": "N", "U": "U"}),
        ("ALLOCATED_DATE", None, stamp), ("NOTES", None, text)), delimiter="|"),
    Export("MO_AUDITS.txt", "audit", cols(
        ("AUDIT_ID", "audit_id"), ("PERSON_ID", "child_id"), ("AUDITOR", None, name),
        ("DUE_DATE", "planned_date", "%d-%b-%Y"), ("COMPLETED_DATE", "audit_date", "%d-%b-%Y"),
        ("AUDIT_TYPE", "type", {"case_file": "CASE FILE", "supervision": "SUPERVISION",
                                "thematic": "THEMATIC"}),
        ("OVERALL_JUDGEMENT", "overall_grade", {k: v.upper() for k, v in OFSTED.items()}),
        ("MGT_OVERSIGHT_JUDGEMENT", "oversight_grade", {k: v.upper() for k, v in OFSTED.items()}),
        ("MODERATED_YN", "moderated"),
        ("MODERATED_JUDGEMENT", "moderated_grade", {k: v.upper() for k, v in OFSTED.items()}),
        ("ACTIONS_DUE_DATE", "action_due", "%d-%b-%Y"),
        ("ACTIONS_COMPLETED_DATE", "action_closed", "%d-%b-%Y")), delimiter="|")))  # fmt: skip

SSD_LIKE = Layout("a database like the standard dataset, with local tables", (
    Export("reporting.sqlite", "team", cols(
        ("dept_team_id", "team_id"), ("dept_team_name", None, one_of("Duty", "Hub", "Pod 1")),
        ("dept_team_parent_id", "parent_id"), ("local_service_code", "service", {
            "front_door": "FD", "assessment": "ASMT", "cin_cp": "CINCP", "disabled_children": "DCT",
            "looked_after": "LAC", "care_leavers": "CL", "youth_justice": "YOT", "other": "OTH"})),
        sql="rpt_department"),
    Export("reporting.sqlite", "worker", cols(
        ("prof_professional_id", "worker_id", "P{}"), ("prof_professional_name", None, name),
        ("prof_professional_job_title", "role", ROLES), ("prof_agency_worker_flag", "agency"),
        ("prof_full_time_equivalency", "fte"), ("prof_role_start_date", "role_start"),
        ("prof_role_end_date", "role_end"), ("prof_line_manager_id", "supervisor_id", "P{}"),
        ("prof_team_id", "team_id")), sql="rpt_professionals"),
    Export("reporting.sqlite", "episode", cols(
        ("cine_referral_id", "referral_id"), ("cine_person_id", "child_id"),
        ("cine_referral_date", "referral_date"), ("cine_cin_primary_need_code", "need"),
        ("cine_referral_source_code", "source"),
        ("cine_referral_nfa", "nfa", {1: "Y", 0: "N"}), ("cine_close_reason", "reason"),
        ("cine_close_date", "close_date"), ("cine_referral_team", None, one_of("501", "502"))),
        sql="rpt_cin_episodes"),
    Export("reporting.sqlite", "allocation", cols(
        ("invo_involvements_id", None, stamp), ("invo_professional_id", "worker_id", "P{}"),
        ("invo_professional_role_id", "role", {
            "case_holder": "Allocated worker", "co_worker": "Co worker", "family_support": "FSW",
            "other": "Other"}),
        ("invo_professional_team", "team_id"), ("invo_person_id", "child_id"),
        ("invo_involvement_start_date", "start"), ("invo_involvement_end_date", "end"),
        ("invo_worker_change_reason", "change_reason", {
            "closed": "Case closure", "transfer": "Transferred to other team",
            "worker_left": "Leaver", "other": "Other"})), sql="rpt_involvements"),
    Export("reporting.sqlite", "plan", cols(
        ("cppl_cp_plan_id", None, stamp), ("cppl_person_id", "child_id"),
        ("cppl_cp_plan_start_date", "start"), ("cppl_cp_plan_end_date", "end"),
        ("cppl_cp_plan_latest_category", "abuse_category"),
        ("cppl_previous_plans", "previous_cpp")),
        constants={"type": "cp"}, rows=lambda row: row["type"] == "cp", sql="rpt_cp_plans"),
    Export("reporting.sqlite", "oversight_event", cols(
        ("supv_id", "event_id"), ("supv_person_id", "child_id"), ("supv_professional_id", "worker_id", "P{}"),
        ("supv_supervisor_id", "supervisor_id", "P{}"), ("supv_held_date", "held_date"),
        ("supv_recorded_date", "recorded_date"), ("supv_authorised_date", "authorised_date"),
        ("supv_type", "type", {"case": "C", "personal": "P", "combined": "CP", "group": "G",
                               "management_decision": "MD"}),
        ("supv_actions_flag", "actions_set")), sql="local_supervision")))  # fmt: skip

WORKBOOK = Layout("one workbook kept by the quality assurance team", (
    Export("QA master.xlsx", "audit", cols(
        ("Audit reference", "audit_id", "QA-{}"), ("Child's ID", "child_id"), ("Auditor name", None, name),
        ("Date audit was due", "planned_date", UK), ("Date audit completed", "audit_date", UK),
        ("Type of audit", "type", {"case_file": "Case file audit", "supervision": "Supervision audit",
                                   "thematic": "Themed audit"}),
        ("Overall grade", "overall_grade", OFSTED), ("Grade for management oversight", "oversight_grade", OFSTED),
        ("Moderated (Y/N)", "moderated"), ("Grade following moderation", "moderated_grade", OFSTED),
        ("Actions to be completed by", "action_due", UK), ("Date actions signed off", "action_closed", UK),
        ("Comments", None, text)), sheet="Audits", titles=("Case audits 2025/26", "")),
    Export("QA master.xlsx", "standard", cols(
        ("Who it applies to", "cohort", {
            "all": "All children", "cin": "CIN", "cp": "Child protection", "cla": "Looked after children",
            "care_leaver": "Care leavers", "worker": "Staff (personal supervision)"}),
        ("Maximum days between supervisions", "max_interval_days"),
        ("Applies from", "policy_date", UK)), sheet="Supervision policy", titles=("Our standards",)),
    Export("QA master.xlsx", "inspection", cols(
        ("Inspection type", "framework", {"ilacs": "ILACS inspection", "focused_visit": "Focused visit",
                                          "jtai": "JTAI"}),
        ("Date of inspection", "date", UK), ("Overall effectiveness", "overall", OFSTED),
        ("Impact of leaders", "leadership", OFSTED),
        ("Children who need help and protection", "help_and_protection", OFSTED),
        ("Children in care", "in_care", OFSTED), ("Care leavers", "care_leavers", OFSTED),
        ("Published?", "public", YES_NO)), sheet="Inspections"),
    Export("QA master.xlsx", "theme", cols(
        ("Group", "session_id"), ("Method", "kind", {"focus_group": "Focus group",
                                                     "free_text_survey": "Survey comments"}),
        ("Theme", "theme_code"), ("Times mentioned", "mentions")), sheet="Focus group coding"),
    Export("Supervision log.xlsx", "oversight_event", cols(
        ("Ref", "event_id"), ("Young person's ID", "child_id"), ("Staff member", "worker_id", "E{}"),
        ("Supervised by", "supervisor_id", "E{}"), ("Date held", "held_date", UK),
        ("Date written up", "recorded_date", UK), ("Date signed off by manager", "authorised_date", UK),
        ("Kind of supervision", "type", {"case": "Case", "personal": "Personal", "combined": "Both",
                                         "group": "Group", "management_decision": "Mgmt decision"}),
        ("Where is the reflection on the family recorded?", "part1_location", {
            "child_file": "Child's file", "supervision_record": "Supervision file", "both": "Both",
            "neither": "Nowhere", "unknown": "Don't know"}),
        ("Where is the reflection on the practitioner recorded?", "part2_location", {
            "child_file": "Child's file", "supervision_record": "Supervision file", "both": "Both",
            "neither": "Nowhere", "unknown": "Don't know"}),
        ("Does it reflect on the family?", "reflects_family", {"Y": "Yes", "N": "No", "U": "Unsure"}),
        ("Does it reflect on the worker's own practice?", "reflects_practitioner",
         {"Y": "Yes", "N": "No", "U": "Unsure"}),
        ("Were actions set?", "actions_set", {"Y": "Yes", "N": "No", "U": "Unsure"}),
        ("How do we know?", "evidence", {"structured": "System", "audit_sample": "Audit",
                                         "survey": "Survey"})),
        sheet="Log", titles=("Supervision log", "Please keep up to date"))))  # fmt: skip

ECLIPSE = Layout("Eclipse views with names in camel case", (
    Export("vw_team.csv", "team", cols(
        ("teamIdentifier", "team_id"), ("teamName", None, one_of("Hub A", "Hub B")),
        ("parentTeamIdentifier", "parent_id"), ("serviceName", "service", {
            "front_door": "Integrated Front Door", "assessment": "Assessment",
            "cin_cp": "Children in Need and CP", "disabled_children": "Disabled Children",
            "looked_after": "Children in Care", "care_leavers": "Care Leavers",
            "youth_justice": "Youth Justice", "other": "Other"})), delimiter=";"),
    Export("vw_referral.csv", "episode", cols(
        ("referralIdentifier", "referral_id"), ("personIdentifier", "child_id"),
        ("dateReceived", "referral_date", "%Y-%m-%d 00:00:00"), ("sourceOfReferral", "source", {
            "1A": "Family member/relative/carer", "1B": "Acquaintance", "1C": "Self",
            "2A": "School", "2B": "Education services", "3A": "GP", "3B": "Health visitor",
            "3E": "A&E", "4": "Housing", "5A": "LA services - social care", "5D": "Early help",
            "6": "Police", "7": "Other legal agency", "9": "Anonymous", "10": "Unknown"}),
        ("primaryNeedCategory", "need", {k: v[5:] for k, v in NEEDS.items()}),
        ("isNoFurtherAction", "nfa", TRUE_FALSE), ("dateClosed", "close_date", "%Y-%m-%d 00:00:00"),
        ("closureReason", "reason", {
            "RC1": "Adopted", "RC4": "Special Guardianship Order", "RC5": "Transferred to another LA",
            "RC7": "Services ceased - no longer in need", "RC8": "Closed after assessment - NFA",
            "RC9": "Closed after assessment - Early Help"}),
        ("createdBy", None, name)), delimiter=";"),
    Export("vw_caseAllocation.csv", "allocation", cols(
        ("personIdentifier", "child_id"), ("practitionerIdentifier", "worker_id"),
        ("teamIdentifier", "team_id"), ("allocationRole", "role", {
            "case_holder": "Lead practitioner", "co_worker": "Secondary worker",
            "family_support": "Family support practitioner", "other": "Other"}),
        ("effectiveFrom", "start", "%Y-%m-%d 00:00:00"), ("effectiveTo", "end", "%Y-%m-%d 00:00:00"),
        ("endReason", "change_reason", {
            "closed": "Closed to service", "transfer": "Case transferred",
            "worker_left": "Practitioner left", "other": "Other"})), delimiter=";"),
    Export("vw_supervisionForm.csv", "oversight_event", cols(
        ("formIdentifier", "event_id"), ("personIdentifier", "child_id"),
        ("practitionerIdentifier", "worker_id"), ("managerIdentifier", "supervisor_id"),
        ("supervisionDate", "held_date", "%Y-%m-%d 00:00:00"),
        ("dateFormCompleted", "recorded_date", "%Y-%m-%d 00:00:00"),
        ("dateFormApproved", "authorised_date", "%Y-%m-%d 00:00:00"),
        ("supervisionType", "type", {
            "case": "caseSupervision", "personal": "personalSupervision", "combined": "combined",
            "group": "groupSupervision", "management_decision": "managementDecision"}),
        ("actionsIdentified", "actions_set", {"Y": "true", "N": "false", "U": ""})),
        delimiter=";"),
    Export("vw_plan.csv", "plan", cols(
        ("personIdentifier", "child_id"), ("classification", "type", {
            "cin": "Child in Need", "cp": "Child Protection", "cla": "Child in Care",
            "care_leaver": "Care Leaver"}),
        ("startDate", "start", "%Y-%m-%d 00:00:00"), ("endDate", "end", "%Y-%m-%d 00:00:00"),
        ("latestCategoryOfAbuse", "abuse_category", {
            "NEG": "Neglect", "PHY": "Physical Abuse", "SAB": "Sexual Abuse",
            "EMO": "Emotional Abuse", "MUL": "Multiple"}),
        ("previousPlanCount", "previous_cpp")), delimiter=";")))  # fmt: skip

TERSE = Layout("terse tab-separated extracts in cp1252 with day numbers", (
    Export("WKR.TXT", "worker", cols(
        ("WKR_NO", "worker_id"), ("WKR_NM", None, name), ("GRADE", None, one_of("G9", "G10", "PO1")),
        ("POST", "role", {1: "AD", 2: "SM", 3: "TM", 4: "SSW", 5: "SW", 6: "IRO"}),
        ("AGCY", "agency"), ("FTE", "fte"), ("KSS_LVL", "kss"), ("ST_DT", "role_start", "excel"),
        ("END_DT", "role_end", "excel"), ("MGR_NO", "supervisor_id"), ("TEAM_CD", "team_id")),
        delimiter="\t", encoding="cp1252"),
    Export("REFS.TXT", "episode", cols(
        ("REF_NO", "referral_id"), ("CLNT_NO", "child_id"), ("CLNT_NM", None, name),
        ("REF_DT", "referral_date", "excel"), ("REF_SRC", "source"), ("PRIM_NEED", "need"),
        ("NFA", "nfa"), ("CLS_DT", "close_date", "excel"), ("CLS_RSN", "reason")),
        delimiter="\t", encoding="cp1252"),
    Export("ALLOC.TXT", "allocation", cols(
        ("CLNT_NO", "child_id"), ("WKR_NO", "worker_id"), ("TEAM_CD", "team_id"),
        ("ROLE_CD", "role", {"case_holder": "KW", "co_worker": "CW", "family_support": "FSW",
                             "other": "OTH"}),
        ("ST_DT", "start", "excel"), ("END_DT", "end", "excel")), delimiter="\t", encoding="cp1252"),
    Export("SUPV.TXT", "oversight_event", cols(
        ("SUPV_NO", "event_id"), ("CLNT_NO", "child_id"), ("WKR_NO", "worker_id"), ("MGR_NO", "supervisor_id"),
        ("SUPV_DT", "held_date", "excel"), ("REC_DT", "recorded_date", "excel"),
        ("AUTH_DT", "authorised_date", "excel"), ("SUPV_TYP", "type", {
            "case": "CASE", "personal": "PERS", "combined": "COMB", "group": "GRP",
            "management_decision": "MGT"}),
        ("ACT_YN", "actions_set", {"Y": "Y", "N": "N", "U": ""})), delimiter="\t", encoding="cp1252")))  # fmt: skip

FORMS = Layout("Forms exports and lists kept by hand", (
    Export("Supervision return (1-900).csv", "oversight_event", cols(
        ("Id", "event_id"), ("Start time", None, stamp), ("Name", None, name),
        ("Your payroll number", "worker_id", "00{}"),
        ("Payroll number of your supervisor", "supervisor_id", "00{}"),
        ("Child's Mosaic number (leave blank if not about one child)", "child_id"),
        ("When did the supervision take place?", "held_date", "%d.%m.%Y"),
        ("When did you write the record?", "recorded_date", "%d.%m.%Y"),
        ("When did the manager sign it off?", "authorised_date", "%d.%m.%Y"),
        ("What kind of supervision was it?", "type", {
            "case": "Case supervision", "personal": "Personal (one to one) supervision",
            "combined": "Case and personal combined", "group": "Group or team supervision",
            "management_decision": "A management decision"}),
        ("Part 1: where did you record the thinking about the family?", "part1_location", {
            "child_file": "On the child's file", "supervision_record": "In my supervision record",
            "both": "In both", "neither": "In neither", "unknown": "I don't know"}),
        ("Part 2: where did you record the thinking about yourself?", "part2_location", {
            "child_file": "On the child's file", "supervision_record": "In my supervision record",
            "both": "In both", "neither": "In neither", "unknown": "I don't know"}),
        ("Did you agree actions?", "actions_set", {"Y": "Yes", "N": "No", "U": "Can't remember"}),
        ("Anything else?", None, text)), constants={"evidence": "survey"}),
    Export("HR starters and leavers.csv", "worker", cols(
        ("Payroll number", "worker_id", "00{}"), ("Forename and surname", None, name),
        ("Post title", "role", {1: "Assistant Director Children's Services", 2: "Service Manager",
                                3: "Team Manager", 4: "Senior Social Worker", 5: "Social Worker",
                                6: "Quality Assurance Officer"}),
        ("Contract", "agency", {1: "Agency", 0: "Permanent"}), ("Contracted FTE", "fte"),
        ("Date started in post", "role_start", "%d.%m.%Y"), ("Date left post", "role_end", "%d.%m.%Y"),
        ("Reports to (payroll number)", "supervisor_id", "00{}"), ("Team number", "team_id")),
        titles=("HR report run 01.10.2026", "")),
    Export("Teams list.csv", "team", cols(
        ("Team number", "team_id"), ("Part of", "parent_id"), ("Which service?", "service", {
            "front_door": "Front door / MASH", "assessment": "Assessment", "cin_cp": "CIN & CP",
            "disabled_children": "Disabled children's team", "looked_after": "Looked after children",
            "care_leavers": "Care leavers (16+)", "youth_justice": "Youth justice service",
            "other": "Other"})))))  # fmt: skip

AMERICAN = Layout("dates with two-digit years, month first", (
    Export("allocations_2025.csv", "allocation", cols(
        ("ClientRef", "child_id", "C-{:07}"), ("CaseWorkerRef", "worker_id", "S-{}"), ("TeamRef", "team_id", "T{}"),
        ("InvolvementRole", "role", {
            "case_holder": "Primary worker", "co_worker": "Joint worker",
            "family_support": "Family worker", "other": "Other professional"}),
        ("DateAllocated", "start", "%m/%d/%y"), ("DateDeallocated", "end", "%m/%d/%y"),
        ("ReasonEnded", "change_reason", {
            "closed": "Closed", "transfer": "Transfer", "worker_left": "Worker left",
            "other": "Other"}))),
    Export("management_decisions.csv", "oversight_event", cols(
        ("DecisionRef", "event_id", "MD{}"), ("ClientRef", "child_id", "C-{:07}"),
        ("CaseWorkerRef", "worker_id", "S-{}"), ("DecisionMakerRef", "supervisor_id", "S-{}"),
        ("DecisionDate", "held_date", "%m/%d/%y"), ("EnteredDate", "recorded_date", "%m/%d/%y"),
        ("Rationale", None, text)), constants={"type": "management_decision"},
        rows=lambda row: row["type"] == "management_decision"),
    Export("cp_plans.csv", "plan", cols(
        ("ClientRef", "child_id", "C-{:07}"), ("PlanStart", "start", "%m/%d/%y"),
        ("PlanEnd", "end", "%m/%d/%y"), ("CurrentCategory", "abuse_category", {
            "NEG": "Neglect", "PHY": "Physical", "SAB": "Sexual", "EMO": "Emotional",
            "MUL": "Multiple"}), ("PreviousCPPlans", "previous_cpp")),
        constants={"type": "cp"}, rows=lambda row: row["type"] == "cp")))  # fmt: skip

LAYOUTS = (LIQUID, MOSAIC, SSD_LIKE, WORKBOOK, ECLIPSE, TERSE, FORMS, AMERICAN)
