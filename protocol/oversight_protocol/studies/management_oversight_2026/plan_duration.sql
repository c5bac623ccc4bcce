-- One row per child in need or child protection plan open on the last day of the quarter: calendar
-- months from its start to that day. A calendar month from 31 January ends on the last day of February
-- (so does adding an interval of months). No figure needs a team.
SELECT
    child_id,
    NULL AS team,
    CASE
        WHEN $q1 <= "start" + INTERVAL 3 MONTHS THEN 'm0_3'
        WHEN $q1 <= "start" + INTERVAL 6 MONTHS THEN 'm3_6'
        WHEN $q1 < "start" + INTERVAL 12 MONTHS THEN 'm6_12'
        WHEN $q1 < "start" + INTERVAL 24 MONTHS THEN 'm12_24'
        ELSE 'm24_more'
    END AS outcome,
    type AS plan_type
FROM plan
WHERE type IN ('cin', 'cp') AND "start" <= $q1 AND ("end" IS NULL OR "end" > $q1)
