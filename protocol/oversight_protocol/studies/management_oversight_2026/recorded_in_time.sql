-- One row per case supervision held in the quarter: whether its record was complete within 5 working
-- days.
WITH
-- include: case_supervision,

-- include: child_team,

-- include: post,

-- include: post_on_day,

-- include: event_place,

-- include: working_days

SELECT
    event_place.child_id,
    event_place.worker_id,
    event_place.team,
    CASE
        WHEN event_place.recorded_date IS NULL OR event_place.recorded_date > $q1 THEN 'not_recorded'
        WHEN event_place.recorded_date <= event_place.held_date THEN 'within_5'
        WHEN working_days.days <= 5 THEN 'within_5'
        ELSE 'over_5'
    END AS outcome,
    event_place.service
FROM event_place
LEFT JOIN working_days ON working_days.held_date = event_place.held_date
    AND working_days.recorded_date = event_place.recorded_date
