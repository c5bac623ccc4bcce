-- One row per audit whose actions were due in the quarter: whether they were closed by that day. No
-- figure needs a team.
SELECT
    child_id,
    NULL AS team,
    CASE WHEN action_closed <= action_due THEN 'on_time' ELSE 'late' END AS outcome
FROM audit
WHERE action_due BETWEEN $q0 AND $q1
