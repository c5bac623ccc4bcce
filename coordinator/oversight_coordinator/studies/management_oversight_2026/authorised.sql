-- One row per case supervision held in the quarter (type case or combined, for a child): whether a
-- manager had authorised its record by the last day of the quarter. Team and service as in
-- recording.sql.
WITH held AS (
    SELECT event_id, child_id, worker_id, held_date, authorised_date
    FROM oversight_event
    WHERE type IN ('case', 'combined') AND child_id IS NOT NULL AND held_date BETWEEN $q0 AND $q1
),

child_team AS (
    SELECT child_id, team_id
    FROM allocation
    WHERE role = 'case_holder' AND "start" <= $q1 AND ("end" IS NULL OR "end" > $q1)
    QUALIFY row_number() OVER (PARTITION BY child_id ORDER BY "start" DESC, worker_id, team_id) = 1
),

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
        held.authorised_date
    FROM held
    LEFT JOIN child_team ON child_team.child_id = held.child_id
    LEFT JOIN worker_team ON worker_team.event_id = held.event_id
)

SELECT
    placed.child_id,
    placed.worker_id,
    placed.team,
    CASE
        WHEN placed.authorised_date IS NOT NULL AND placed.authorised_date <= $q1 THEN 'authorised'
        ELSE 'not_authorised'
    END AS outcome,
    coalesce(team.service, 'unknown') AS service
FROM placed
LEFT JOIN team ON team.team_id = placed.team
