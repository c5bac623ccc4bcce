-- One row per case supervision held in the quarter: whether a manager had authorised its record by
-- the last day of the quarter.
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
    CASE WHEN authorised_date <= $q1 THEN 'authorised' ELSE 'not_authorised' END AS outcome,
    service
FROM event_place
