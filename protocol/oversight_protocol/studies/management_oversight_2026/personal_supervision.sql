-- One row per senior practitioner or case holder in post on the last day of the quarter and since at
-- least 31 days: whether their last personal supervision, or else the start of their post, is within
-- the authority's own standard for workers.
WITH
-- include: post,

-- include: post_at_end,

-- include: local_standard,

last_supervision AS (
    SELECT worker_id, max(held_date) AS held_date
    FROM oversight_event
    WHERE type IN ('personal', 'combined') AND held_date <= $q1
    GROUP BY worker_id
)

SELECT
    post_at_end.worker_id,
    post_at_end.team_id AS team,
    CASE
        WHEN $q1 - greatest(last_supervision.held_date, post_at_end.role_start)
            <= local_standard.max_interval_days THEN 'within'
        ELSE 'over'
    END AS outcome,
    coalesce(post_at_end.asye_code, 'unknown') AS asye,
    post_at_end.agency_code AS agency,
    post_at_end.role_code AS role
FROM post_at_end
LEFT JOIN last_supervision ON last_supervision.worker_id = post_at_end.worker_id
LEFT JOIN local_standard ON local_standard.cohort = 'worker'
WHERE post_at_end.role IN (4, 5) AND $q1 - post_at_end.role_start >= 31
