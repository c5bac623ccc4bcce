-- For each worker and day of `held`, the post in force: of those open on that day, the latest to
-- start. A worker starts no two posts on one day (the table's key).
day_held AS (
    SELECT DISTINCT worker_id, held_date
    FROM held
),

latest_post AS (
    SELECT day_held.worker_id, day_held.held_date, max(post.role_start) AS role_start
    FROM day_held
    JOIN post ON post.worker_id = day_held.worker_id
        AND post.role_start <= day_held.held_date
        AND (post.role_end IS NULL OR post.role_end > day_held.held_date)
    GROUP BY day_held.worker_id, day_held.held_date
),

post_on_day AS (
    SELECT
        latest_post.worker_id,
        latest_post.held_date,
        post.team_id,
        post.role_code,
        post.agency_code,
        post.asye_code
    FROM latest_post
    JOIN post ON post.worker_id = latest_post.worker_id
        AND post.role_start = latest_post.role_start
)
