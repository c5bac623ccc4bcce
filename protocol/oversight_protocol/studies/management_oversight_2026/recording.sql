-- One row per case, personal or combined supervision held in the quarter: where its two parts are
-- recorded.
WITH held AS (
    SELECT
        child_id,
        worker_id,
        held_date,
        part1_location,
        part2_location,
        part1_location IN ('child_file', 'both') AS part1_in_place,
        part2_location IN ('supervision_record', 'both') AS part2_in_place
    FROM oversight_event
    WHERE type IN ('case', 'personal', 'combined') AND held_date BETWEEN $q0 AND $q1
),

-- include: child_team,

-- include: post,

-- include: post_on_day,

-- include: event_place

SELECT
    child_id,
    worker_id,
    team,
    CASE
        WHEN part1_location IS NULL OR part1_location = 'unknown' THEN 'unknown'
        WHEN part2_location IS NULL OR part2_location = 'unknown' THEN 'unknown'
        WHEN part1_in_place AND part2_in_place THEN 'both'
        WHEN part1_in_place THEN 'part1_only'
        WHEN part2_in_place THEN 'part2_only'
        WHEN part1_location = 'neither' AND part2_location = 'neither' THEN 'neither'
        ELSE 'misplaced'
    END AS outcome,
    service,
    role,
    agency,
    asye
FROM event_place
