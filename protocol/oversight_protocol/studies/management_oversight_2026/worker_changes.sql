-- One row per open child whose current spell began at least 365 days before the last day of the
-- quarter: the workers with a case-holder allocation open on any of the 365 days up to that day.
WITH
-- include: child_team,

-- include: spell,

holders AS (
    SELECT allocation.child_id, count(DISTINCT allocation.worker_id) AS workers
    FROM allocation
    JOIN spell ON spell.child_id = allocation.child_id
    WHERE allocation.role = 'case_holder'
        AND allocation."start" <= $q1
        AND (
            allocation."end" IS NULL
            OR (allocation."end" > $q1 - 364 AND allocation."end" > allocation."start")
        )
        AND $q1 - spell.spell_start >= 365
    GROUP BY allocation.child_id
)

SELECT
    child_team.child_id,
    child_team.team_id AS team,
    CASE WHEN holders.workers = 1 THEN 'w1' WHEN holders.workers = 2 THEN 'w2' ELSE 'w3_more' END
        AS outcome,
    coalesce(team.service, 'unknown') AS service
FROM child_team
JOIN holders ON holders.child_id = child_team.child_id
LEFT JOIN team ON team.team_id = child_team.team_id
