-- One row per audit of the quarter with a grade of oversight, of a child with a case supervision of
-- known recording 0 to 90 days before: the grade, by whether the latest such supervision recorded both
-- parts. No figure needs a team.
WITH graded AS (
    SELECT audit_id, child_id, audit_date, oversight_grade IN ('outstanding', 'good') AS is_good
    FROM audit
    WHERE audit_date BETWEEN $q0 AND $q1 AND oversight_grade <> 'not_graded'
),

-- A child's supervisions of one day as one: both parts are recorded if one of them records both.
supervised AS (
    SELECT
        child_id,
        held_date,
        bool_or(
            part1_location IN ('child_file', 'both')
            AND part2_location IN ('supervision_record', 'both')
        ) AS both_parts
    FROM oversight_event
    WHERE type IN ('case', 'combined') AND child_id IS NOT NULL
        AND part1_location <> 'unknown' AND part2_location <> 'unknown'
        AND held_date BETWEEN $q0 - 90 AND $q1
    GROUP BY child_id, held_date
),

latest AS (
    SELECT graded.child_id, graded.is_good, supervised.both_parts
    FROM graded
    JOIN supervised ON supervised.child_id = graded.child_id
        AND supervised.held_date BETWEEN graded.audit_date - 90 AND graded.audit_date
    QUALIFY row_number() OVER (
        PARTITION BY graded.audit_id ORDER BY supervised.held_date DESC
    ) = 1
)

SELECT
    child_id,
    NULL AS team,
    CASE
        WHEN both_parts AND is_good THEN 'both_good_or_better'
        WHEN both_parts THEN 'both_below_good'
        WHEN is_good THEN 'not_both_good_or_better'
        ELSE 'not_both_below_good'
    END AS outcome
FROM latest
