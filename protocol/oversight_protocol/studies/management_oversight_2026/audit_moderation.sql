-- One row per moderated audit done in the quarter: whether its grade changed. No figure needs a team.
SELECT
    child_id,
    NULL AS team,
    CASE
        WHEN moderated_grade <> overall_grade THEN 'changed'
        WHEN moderated_grade = overall_grade THEN 'unchanged'
        ELSE 'unknown'
    END AS outcome
FROM audit
WHERE audit_date BETWEEN $q0 AND $q1 AND moderated = 'Y'
