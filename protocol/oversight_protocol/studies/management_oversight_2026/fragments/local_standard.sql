-- The authority's own standard for each cohort: the one with the latest policy date on or before the
-- last day of the quarter.
local_standard AS (
    SELECT cohort, max_interval_days
    FROM standard
    WHERE policy_date <= $q1
    QUALIFY row_number() OVER (PARTITION BY cohort ORDER BY policy_date DESC) = 1
)
