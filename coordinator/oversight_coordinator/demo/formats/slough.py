"""Slough: Eclipse's PostgreSQL tables copied into SQLite as they are."""

from __future__ import annotations

from oversight_coordinator.demo.formats.made_up import (
    born,
    child_name,
    forms_head,
    note,
    team_name,
    worker_name,
)
from oversight_coordinator.demo.formats.surveys import asked
from oversight_coordinator.demo.formats.systems import ECLIPSE
from oversight_coordinator.demo.layouts import Book, Database, Return, Sheet

PECULIAR = (
    "Referrals and plans from Ofsted's Annex A workbook, without a mapping; a database whose"
    " supervisions are a view; timestamps with a T; answers are t and f; the audits are a Form"
    " downloaded as a workbook, with answers in capitals."
)

SYSTEM = ECLIPSE.used(
    {"child": "PER-", "worker": "PRO-", "team": "ORG-", "event": "FRI-"},
    date_format="%Y-%m-%dT%H:%M:%S",
)
_FILE = "eclipse_copy.sqlite3"
_PLACES = "PERSON|PROFESSIONAL|PERSON+PROFESSIONAL|NONE|UNKNOWN"
_ANSWERS = "t|f|u"
_GRADES = "OUTSTANDING (O)|GOOD (G)|REQUIRES IMPROVEMENT (RI)|INADEQUATE (I)|NO GRADE"
_JUDGED = "OUTSTANDING|GOOD|RI|INADEQUATE|NONE"

LAYOUTS = (
    SYSTEM.table(
        "team",
        Database(_FILE, "organisation"),
        ("org_ref", "team_id"),
        team_name("org_title"),
        ("org_parent_ref", "parent_id"),
        ("org_kind", "service", "CAS|CFA|SAFE|CYPDS|CARE|AFTER|YJT|NONE"),
    ),
    SYSTEM.table(
        "worker",
        Database(_FILE, "professional_role"),
        ("professional_ref", "worker_id"),
        worker_name("professional_title"),
        ("role_kind", "role", "EXEC|HEAD|LEAD|SENIOR|MAIN|RELIEF"),
        ("is_locum", "agency", "f|t"),
        ("whole_time", "fte"),
        ("kss_accredited", "kss"),
        ("valid_from", "role_start"),
        ("valid_until", "role_end"),
        ("line_manager_ref", "supervisor_id"),
        ("role_org_ref", "team_id"),
    ),
    SYSTEM.table(
        "allocation",
        Database(_FILE, "person_professional"),
        ("person_ref", "child_id"),
        child_name("person_title"),
        born("person_born"),
        ("pro_ref", "worker_id"),
        ("pro_org_ref", "team_id"),
        ("relationship", "role", "MAIN|SECOND|SUPPORT|OTHER"),
        ("rel_from", "start"),
        ("rel_until", "end"),
        ("rel_closed_as", "change_reason", "CLOSED|MOVED|LEFT|OTHER"),
    ),
    SYSTEM.table(
        "oversight_event",
        Database(_FILE, "supervision_v", view_of="form_instance"),
        ("form_ref", "event_id"),
        ("about_person_ref", "child_id"),
        ("about_pro_ref", "worker_id"),
        ("author_pro_ref", "supervisor_id"),
        ("held_at", "held_date"),
        ("completed_at", "recorded_date"),
        ("authorised_at", "authorised_date"),
        ("form_code", "type", "SUP-C|SUP-P|SUP-CP|SUP-G|MGD"),
        ("answer_part1", "part1_location", _PLACES),
        ("answer_part2", "part2_location", _PLACES),
        ("answer_family", "reflects_family", _ANSWERS),
        ("answer_practitioner", "reflects_practitioner", _ANSWERS),
        ("answer_actions", "actions_set", _ANSWERS),
        ("answer_source", "evidence", "form|sample|poll"),
        note("answer_text", "event_id", "Synthetic", "Synthetic, 2nd\nline"),
    ),
    SYSTEM.table(
        "standard",
        Database(_FILE, "policy_interval"),
        ("class_code", "cohort", "ANY|CIN-PLAN|CP-PLAN|CIC-PLAN|CL-PLAN|PRO"),
        ("interval_days", "max_interval_days"),
        ("policy_from", "policy_date"),
    ),
    SYSTEM.table(
        "audit",
        Sheet(Book("Monthly case audit(1-240).xlsx"), "Form1"),
        ("ID", "audit_id"),
        *forms_head("audit_id", day_first=False),
        ("PERSON REFERENCE", "child_id"),
        ("Audit month: which day was agreed?", "planned_date"),
        ("Date you completed this audit", "audit_date"),
        ("Type of audit", "type", "CASE FILE|SUPERVISION|THEMATIC"),
        ("Your overall judgement", "overall_grade", _GRADES),
        ("Your judgement of management oversight", "oversight_grade", _GRADES),
        ("Has a moderator agreed?", "moderated", "YES, MODERATED|NOT MODERATED"),
        ("Moderator's overall judgement", "moderated_grade", _GRADES),
        ("Actions: by when?", "action_due"),
        ("Actions: all closed on", "action_closed"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.survey(
        Sheet(Book("Staff survey supervision(1-300).xlsx"), "Form1"),
        ("ID", "respondent_id"),
        *forms_head("respondent_id", day_first=False),
        ("DATE ON TOP OF THE INVITATION", "wave"),
        ("YOUR ROLE", "role", "EXEC|HEAD|LEAD|SENIOR|MAIN|RELIEF"),
        ("YOUR ORG REFERENCE", "team_id"),
        wide=asked("{text}", "STRONGLY DISAGREE|DISAGREE|NEITHER|AGREE|STRONGLY AGREE"),
        date_format="%Y-%m-%d",
    ),
    SYSTEM.table(
        "theme",
        Database(_FILE, "session_theme"),
        ("session_ref", "session_id"),
        ("session_kind", "kind", "GROUP|COMMENT"),
        ("theme_ref", "theme_code"),
        ("theme_times", "mentions"),
    ),
    SYSTEM.table(
        "inspection",
        Database(_FILE, "inspection_visit"),
        ("visit_kind", "framework", "ILACS-S|ILACS-F|ILACS-M|JTAI-V|HMIP-V"),
        ("visit_until", "date"),
        ("visit_overall", "overall", _JUDGED),
        ("visit_leaders", "leadership", _JUDGED),
        ("visit_help", "help_and_protection", _JUDGED),
        ("visit_care", "in_care", _JUDGED),
        ("visit_leavers", "care_leavers", _JUDGED),
        ("visit_public", "public", "t|f"),
    ),
)

RETURNS = (Return("annex-a", "Annex A 31-10-2026.xlsx", lea="871", prefix=SYSTEM.ids["child"]),)
