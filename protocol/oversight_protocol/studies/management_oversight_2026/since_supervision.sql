-- One row per open child: how long ago, on the last day of the quarter, the last case supervision of
-- the current spell was held, and whether that is within the authority's own standard; for a child
-- without one since the spell began, how long the spell has lasted.
WITH
-- include: child_team,

-- include: spell,

-- include: plan_type,

-- include: local_standard,

last_supervision AS (
    SELECT child_id, max(held_date) AS held_date
    FROM oversight_event
    WHERE type IN ('case', 'combined') AND child_id IS NOT NULL AND held_date <= $q1
    GROUP BY child_id
),

waiting AS (
    SELECT
        child_team.child_id,
        child_team.team_id,
        coalesce(plan_type.type, 'none') AS plan_type,
        coalesce(last_supervision.held_date >= spell.spell_start, FALSE) AS supervised,
        $q1 - CASE
            WHEN last_supervision.held_date >= spell.spell_start THEN last_supervision.held_date
            ELSE spell.spell_start
        END AS days
    FROM child_team
    JOIN spell ON spell.child_id = child_team.child_id
    LEFT JOIN plan_type ON plan_type.child_id = child_team.child_id
    LEFT JOIN last_supervision ON last_supervision.child_id = child_team.child_id
),

-- The standard of the child's plan type, else the one for all children. Without either nothing is
-- within it.
measured AS (
    SELECT
        waiting.child_id,
        waiting.team_id,
        waiting.plan_type,
        waiting.supervised,
        waiting.days,
        waiting.days <= coalesce(own.max_interval_days, general.max_interval_days) AS within
    FROM waiting
    LEFT JOIN local_standard AS own ON own.cohort = waiting.plan_type
    LEFT JOIN local_standard AS general ON general.cohort = 'all'
)

SELECT
    measured.child_id,
    measured.team_id AS team,
    CASE
        WHEN measured.days > 90 AND measured.supervised THEN 'd91_more'
        WHEN measured.days > 90 THEN 'never_91'
        WHEN measured.days > 42 AND NOT measured.supervised THEN 'never_43_90'
        WHEN measured.days > 42 AND measured.within THEN 'd43_90_within'
        WHEN measured.days > 42 THEN 'd43_90_over'
        WHEN measured.days > 31 AND measured.within THEN 'd32_42_within'
        WHEN measured.days > 31 THEN 'd32_42_over'
        WHEN measured.within THEN 'd0_31_within'
        ELSE 'd0_31_over'
    END AS outcome,
    coalesce(team.service, 'unknown') AS service,
    measured.plan_type
FROM measured
LEFT JOIN team ON team.team_id = measured.team_id
