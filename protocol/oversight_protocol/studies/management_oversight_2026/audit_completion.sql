-- One row per audit planned for a day of the quarter: whether it was done by the quarter's last day.
-- No figure needs a team.
SELECT
    child_id,
    NULL AS team,
    CASE WHEN audit_date <= $q1 THEN 'completed' ELSE 'not_completed' END AS outcome,
    type AS audit_type
FROM audit
WHERE planned_date BETWEEN $q0 AND $q1
