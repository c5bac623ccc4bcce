-- One row per audit done in the quarter: whether the grade of oversight is below the overall grade. No
-- figure needs a team.
WITH ranked AS (
    SELECT
        child_id,
        CASE oversight_grade
            WHEN 'outstanding' THEN 4
            WHEN 'good' THEN 3
            WHEN 'requires_improvement' THEN 2
            WHEN 'inadequate' THEN 1
        END AS oversight,
        CASE overall_grade
            WHEN 'outstanding' THEN 4
            WHEN 'good' THEN 3
            WHEN 'requires_improvement' THEN 2
            WHEN 'inadequate' THEN 1
        END AS overall
    FROM audit
    WHERE audit_date BETWEEN $q0 AND $q1
)

SELECT
    child_id,
    NULL AS team,
    CASE
        WHEN oversight < overall THEN 'below'
        WHEN oversight >= overall THEN 'not_below'
        ELSE 'incomparable'
    END AS outcome
FROM ranked
