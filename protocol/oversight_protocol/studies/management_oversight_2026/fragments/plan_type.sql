-- Of each child with a plan open on the last day of the quarter, the plan's type; of several, child
-- protection before looked after before child in need before care leaver.
plan_rank AS (
    SELECT
        child_id,
        min(CASE type WHEN 'cp' THEN 1 WHEN 'cla' THEN 2 WHEN 'cin' THEN 3 ELSE 4 END) AS first
    FROM plan
    WHERE "start" <= $q1 AND ("end" IS NULL OR "end" > $q1)
    GROUP BY child_id
),

plan_type AS (
    SELECT
        child_id,
        CASE first WHEN 1 THEN 'cp' WHEN 2 THEN 'cla' WHEN 3 THEN 'cin' ELSE 'care_leaver' END AS type
    FROM plan_rank
)
