-- One row per child protection plan that started in the quarter: whether the child had one before. No
-- figure needs a team.
SELECT
    child_id,
    NULL AS team,
    CASE
        WHEN previous_cpp >= 1 THEN 'subsequent'
        WHEN previous_cpp = 0 THEN 'first'
        ELSE 'unknown'
    END AS outcome
FROM plan
WHERE type = 'cp' AND "start" BETWEEN $q0 AND $q1
