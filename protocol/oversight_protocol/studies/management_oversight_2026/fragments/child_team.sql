-- Of each open child, team and worker: those of the case-holder allocation open on the last day of
-- the quarter with the latest start, ties to the smallest worker identifier.
child_team AS (
    SELECT child_id, worker_id, team_id
    FROM allocation
    WHERE role = 'case_holder' AND "start" <= $q1 AND ("end" IS NULL OR "end" > $q1)
    QUALIFY row_number() OVER (PARTITION BY child_id ORDER BY "start" DESC, worker_id, team_id) = 1
)
