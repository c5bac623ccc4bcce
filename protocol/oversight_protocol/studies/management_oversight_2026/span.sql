-- One row per first line manager in post on the last day of the quarter: the workers in post on that
-- day who have them as supervisor.
WITH
-- include: post,

-- include: post_at_end,

supervised AS (
    SELECT supervisor_id, count(*) AS supervisees
    FROM post_at_end
    WHERE supervisor_id IS NOT NULL
    GROUP BY supervisor_id
)

SELECT
    post_at_end.worker_id,
    post_at_end.team_id AS team,
    coalesce(supervised.supervisees, 0) AS supervisees
FROM post_at_end
LEFT JOIN supervised ON supervised.supervisor_id = post_at_end.worker_id
WHERE post_at_end.role = 3
