-- Of each worker in post on the last day of the quarter, the post in force: the latest to start.
post_at_end AS (
    SELECT
        worker_id,
        team_id,
        supervisor_id,
        role,
        fte,
        role_start,
        role_code,
        agency_code,
        asye_code
    FROM post
    WHERE role_start <= $q1 AND (role_end IS NULL OR role_end > $q1)
    QUALIFY row_number() OVER (PARTITION BY worker_id ORDER BY role_start DESC) = 1
)
