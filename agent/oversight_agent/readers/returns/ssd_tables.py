"""The Standard Safeguarding Dataset's tables that are read, with their columns' names.

The names are those of its versions 1.0 to 1.4; a column that was renamed has several. They are
compared without regard to case.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

TABLES: dict[str, dict[str, tuple[str, ...]]] = {
    "ssd_cin_episodes": {
        "referral": ("cine_referral_id",),
        "child": ("cine_person_id",),
        "date": ("cine_referral_date",),
        "source": ("cine_referral_source_code", "cine_referral_source"),
        "need": ("cine_cin_primary_need_code", "cine_cin_primary_need"),
        "nfa": ("cine_referral_nfa",),
        "end": ("cine_close_date",),
        "reason": ("cine_close_reason",),
    },
    "ssd_cin_plans": {
        "child": ("cinp_person_id",),
        "start": ("cinp_cin_plan_start_date", "cinp_cin_plan_start"),
        "end": ("cinp_cin_plan_end_date", "cinp_cin_plan_end"),
    },
    "ssd_cp_plans": {
        "child": ("cppl_person_id",),
        "start": ("cppl_cp_plan_start_date",),
        "end": ("cppl_cp_plan_end_date",),
        "category": ("cppl_cp_plan_latest_category",),
        "other": ("cppl_cp_plan_ola",),
    },
    "ssd_cla_episodes": {
        "child": ("clae_person_id",),
        "start": ("clae_cla_episode_start_date", "clae_cla_episode_start"),
        "end": ("clae_cla_episode_ceased_date", "clae_cla_episode_ceased"),
        "entered": ("clae_entered_care_date",),
    },
    "ssd_involvements": {
        "child": ("invo_person_id",),
        "referral": ("invo_referral_id",),
        "worker": ("invo_professional_id",),
        "role": ("invo_professional_role_id",),
        "team": ("invo_professional_team",),
        "start": ("invo_involvement_start_date",),
        "end": ("invo_involvement_end_date",),
    },
    "ssd_department": {
        "team": ("dept_team_id",),
        "name": ("dept_team_name",),
        "parent": ("dept_team_parent_id",),
    },
}  # fmt: skip
"""By table, by the name that this package uses, the columns' names; the newest first."""

OPTIONAL = frozenset({"other", "entered"})
"""Columns that not all versions have."""


def is_file(name: str, table: str) -> bool:
    """Whether a file is this table: its name is, with what tells schema or day around it."""
    stem = name.replace("\\", "/").rsplit("/", 1)[-1].rsplit(".", 1)[0].casefold()
    return re.search(rf"(?<![a-z]){table}(?![a-z_]*[a-z])", stem) is not None


def spellings(columns: Sequence[str]) -> frozenset[str]:
    """Names as systems write them: small, large, and as they stand."""
    return frozenset({*columns, *(one.upper() for one in columns)})
