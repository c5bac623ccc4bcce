-- One row per worker who is a senior practitioner or case holder with working time on the last day of
-- the quarter: the open children of whom they are the worker, and their working time in hundredths
-- of a full-time worker.
WITH
-- include: post,

-- include: post_at_end,

-- include: child_team,

caseload AS (
    SELECT worker_id, count(*) AS children
    FROM child_team
    GROUP BY worker_id
)

SELECT
    post_at_end.worker_id,
    post_at_end.team_id AS team,
    coalesce(caseload.children, 0) AS children,
    -- Two decimals, half upwards. First to six, so that 0.285, which a binary number misses, is a half.
    floor(floor(post_at_end.fte * 1000000 + 0.5) / 10000 + 0.5) / 100 AS fte,
    post_at_end.role_code AS role,
    post_at_end.agency_code AS agency,
    coalesce(post_at_end.asye_code, 'unknown') AS asye
FROM post_at_end
LEFT JOIN caseload ON caseload.worker_id = post_at_end.worker_id
WHERE post_at_end.role IN (4, 5) AND post_at_end.fte > 0
