-- The start of each child's latest spell: the longest run of case-holder allocations with no day
-- uncovered. An allocation begins a spell if every earlier one ended before its first day (an end is
-- the first day no longer covered). For an open child the latest spell is the current one.
covered AS (
    SELECT
        child_id,
        "start",
        max(coalesce("end", DATE '9999-12-31')) OVER (
            PARTITION BY child_id ORDER BY "start"
            ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS until
    FROM allocation
    WHERE role = 'case_holder' AND "start" <= $q1
),

spell AS (
    SELECT child_id, max("start") AS spell_start
    FROM covered
    WHERE until IS NULL OR until < "start"
    GROUP BY child_id
)
