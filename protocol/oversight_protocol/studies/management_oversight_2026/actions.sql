-- One row per case supervision held in the quarter: whether actions were set.
WITH
-- include: case_supervision,

-- include: child_team,

-- include: post,

-- include: post_on_day,

-- include: event_place

SELECT
    child_id,
    worker_id,
    team,
    CASE WHEN actions_set IN ('Y', 'N') THEN actions_set ELSE 'unknown' END AS outcome,
    service
FROM event_place
