-- One row per case, personal or combined supervision held in the quarter: where its two parts are
-- recorded. A record has no team of its own, so its team is that of the child on the last day of the
-- quarter; without a child, or with a child who is not open on that day, it is that of the worker's
-- post on the day of the supervision.
WITH held AS (
    SELECT event_id, child_id, worker_id, held_date, part1_location, part2_location
    FROM oversight_event
    WHERE type IN ('case', 'personal', 'combined') AND held_date BETWEEN $q0 AND $q1
),

-- The team of each open child: the open case holder's with the latest start.
child_team AS (
    SELECT child_id, team_id
    FROM allocation
    WHERE role = 'case_holder' AND "start" <= $q1 AND ("end" IS NULL OR "end" > $q1)
    QUALIFY row_number() OVER (PARTITION BY child_id ORDER BY "start" DESC, worker_id, team_id) = 1
),

-- The team of the worker's post in force on the day; of several, the latest to start.
worker_team AS (
    SELECT held.event_id, worker.team_id
    FROM held
    JOIN worker ON worker.worker_id = held.worker_id
        AND worker.role_start <= held.held_date
        AND (worker.role_end IS NULL OR worker.role_end > held.held_date)
    QUALIFY row_number() OVER (
        PARTITION BY held.event_id ORDER BY worker.role_start DESC, worker.team_id
    ) = 1
),

placed AS (
    SELECT
        held.child_id,
        held.worker_id,
        CASE
            WHEN child_team.child_id IS NOT NULL THEN child_team.team_id
            ELSE worker_team.team_id
        END AS team,
        held.part1_location,
        held.part2_location,
        held.part1_location IN ('child_file', 'both') AS part1_in_place,
        held.part2_location IN ('supervision_record', 'both') AS part2_in_place
    FROM held
    LEFT JOIN child_team ON child_team.child_id = held.child_id
    LEFT JOIN worker_team ON worker_team.event_id = held.event_id
)

SELECT
    placed.child_id,
    placed.worker_id,
    placed.team,
    CASE
        WHEN placed.part1_location IS NULL OR placed.part1_location = 'unknown' THEN 'unknown'
        WHEN placed.part2_location IS NULL OR placed.part2_location = 'unknown' THEN 'unknown'
        WHEN placed.part1_in_place AND placed.part2_in_place THEN 'both'
        WHEN placed.part1_in_place THEN 'part1_only'
        WHEN placed.part2_in_place THEN 'part2_only'
        WHEN placed.part1_location = 'neither' AND placed.part2_location = 'neither' THEN 'neither'
        ELSE 'misplaced'
    END AS outcome,
    coalesce(team.service, 'unknown') AS service
FROM placed
LEFT JOIN team ON team.team_id = placed.team
