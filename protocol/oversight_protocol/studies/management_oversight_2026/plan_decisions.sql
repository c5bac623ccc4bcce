-- One row per start and per end of a child in need or child protection plan in the quarter: whether a
-- management decision for the child was held within 7 days. No figure needs a team.
WITH started AS (
    SELECT child_id, type, "start" AS day
    FROM plan
    WHERE type IN ('cin', 'cp') AND "start" BETWEEN $q0 AND $q1
),

ended AS (
    SELECT child_id, type, "end" AS day
    FROM plan
    WHERE type IN ('cin', 'cp') AND "end" BETWEEN $q0 AND $q1
),

-- Rows of both, none joined to another.
moment AS (
    SELECT
        coalesce(started.child_id, ended.child_id) AS child_id,
        coalesce(started.type, ended.type) AS type,
        coalesce(started.day, ended.day) AS day
    FROM started
    FULL JOIN ended ON FALSE
),

decision AS (
    SELECT child_id, held_date
    FROM oversight_event
    WHERE type = 'management_decision' AND child_id IS NOT NULL
        AND held_date BETWEEN $q0 - 7 AND $q1
)

SELECT
    moment.child_id,
    NULL AS team,
    CASE
        WHEN EXISTS (
            SELECT 1
            FROM decision
            WHERE decision.child_id = moment.child_id
                AND decision.held_date BETWEEN moment.day - 7 AND moment.day + 7
        ) THEN 'decided'
        ELSE 'not_decided'
    END AS outcome,
    moment.type AS plan_type
FROM moment
