-- Each event of `held` with its team and service, and the codes of its worker's post on the day. A
-- record has no team of its own, so its team is that of the child on the last day of the quarter;
-- without a child, or with a child who is not open on that day, it is that of the worker's post.
event_team AS (
    SELECT
        held.*,
        CASE
            WHEN child_team.child_id IS NOT NULL THEN child_team.team_id
            ELSE post_on_day.team_id
        END AS team,
        coalesce(post_on_day.role_code, 'unknown') AS role,
        coalesce(post_on_day.agency_code, 'unknown') AS agency,
        coalesce(post_on_day.asye_code, 'unknown') AS asye
    FROM held
    LEFT JOIN child_team ON child_team.child_id = held.child_id
    LEFT JOIN post_on_day ON post_on_day.worker_id = held.worker_id
        AND post_on_day.held_date = held.held_date
),

event_place AS (
    SELECT event_team.*, coalesce(team.service, 'unknown') AS service
    FROM event_team
    LEFT JOIN team ON team.team_id = event_team.team
)
