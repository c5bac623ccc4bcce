-- One row per oversight event held in the quarter that auditors read and whose part 2 is recorded
-- somewhere: whether it reflects on the practitioner. No figure needs the child, only its team.
WITH held AS (
    SELECT child_id, worker_id, held_date, reflects_practitioner
    FROM oversight_event
    WHERE evidence = 'audit_sample'
        AND part2_location IN ('child_file', 'supervision_record', 'both')
        AND held_date BETWEEN $q0 AND $q1
),

-- include: child_team,

-- include: post,

-- include: post_on_day,

-- include: event_place

SELECT
    worker_id,
    team,
    CASE
        WHEN reflects_practitioner IN ('Y', 'N') THEN reflects_practitioner
        ELSE 'unknown'
    END AS outcome,
    service
FROM event_place
