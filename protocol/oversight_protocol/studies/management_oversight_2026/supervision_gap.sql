-- One row per case supervision held in the quarter that follows an earlier one of the same child: the
-- days between the two. Of the supervisions before the quarter, only each child's last can be the
-- earlier of such a pair.
WITH
-- include: case_supervision,

-- include: child_team,

before_quarter AS (
    SELECT child_id, max(held_date) AS held_date
    FROM oversight_event
    WHERE type IN ('case', 'combined') AND child_id IS NOT NULL AND held_date < $q0
    GROUP BY child_id
),

following AS (
    SELECT
        child_id,
        held_date,
        lag(held_date) OVER (PARTITION BY child_id ORDER BY held_date) AS earlier
    FROM held
),

pair AS (
    SELECT
        following.child_id,
        following.held_date - coalesce(following.earlier, before_quarter.held_date) AS days
    FROM following
    LEFT JOIN before_quarter ON before_quarter.child_id = following.child_id
)

SELECT
    pair.child_id,
    child_team.team_id AS team,
    CASE
        WHEN pair.days <= 14 THEN 'd0_14'
        WHEN pair.days <= 28 THEN 'd15_28'
        WHEN pair.days <= 31 THEN 'd29_31'
        WHEN pair.days <= 35 THEN 'd32_35'
        WHEN pair.days <= 42 THEN 'd36_42'
        WHEN pair.days <= 56 THEN 'd43_56'
        WHEN pair.days <= 90 THEN 'd57_90'
        ELSE 'd91_more'
    END AS outcome,
    coalesce(team.service, 'unknown') AS service
FROM pair
LEFT JOIN child_team ON child_team.child_id = pair.child_id
LEFT JOIN team ON team.team_id = child_team.team_id
WHERE pair.days IS NOT NULL
