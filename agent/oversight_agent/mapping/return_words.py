"""What the census returns call the specification's fields, for messages to people.

A return's columns are named as the specification's fields; nobody who opens the file finds those
names in it. In Annex A and the Standard Safeguarding Dataset a row is seen with its columns' names.
"""

from __future__ import annotations

from oversight_agent.sources import ReturnKind

CALLED: dict[ReturnKind, dict[str, dict[str, str]]] = {
    "cin-census": {
        "episode": {
            "referral_id": "LAchildID or CINreferralDate",
            "child_id": "LAchildID",
            "referral_date": "CINreferralDate",
            "source": "ReferralSource",
            "need": "PrimaryNeedCode",
            "nfa": "ReferralNFA",
            "close_date": "CINclosureDate",
            "reason": "ReasonForClosure",
        },
        "plan": {
            "child_id": "LAchildID",
            "start": "CINPlanStartDate or CPPstartDate",
            "end": "CINPlanEndDate or CPPendDate",
            "abuse_category": "LatestCategoryOfAbuse",
            "previous_cpp": "NumberOfPreviousCPP",
        },
    },
    "workforce-census": {
        "worker": {
            "worker_id": "SWENo",
            "role": "OrgRole",
            "agency": "AgencyWorker",
            "fte": "FTE30",
            "kss": "CFKSSstatus",
            "role_start": "RoleStartDate",
            "role_end": "RoleEndDate",
        },
    },
}
"""By kind of return, table and field: the element."""


def called(kind: ReturnKind, table: str, field: str) -> str:
    """What a return calls a field, or nothing."""
    return CALLED.get(kind, {}).get(table, {}).get(field, "")
