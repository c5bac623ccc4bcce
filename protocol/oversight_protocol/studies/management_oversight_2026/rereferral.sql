-- One row per referral dated in the quarter: whether an earlier referral of the child lies 1 to 365
-- days before it. One of the same day is not earlier. No figure needs a team.
WITH referred AS (
    SELECT
        child_id,
        referral_date,
        max(referral_date) OVER (
            PARTITION BY child_id ORDER BY referral_date
            RANGE BETWEEN INTERVAL 365 DAYS PRECEDING AND INTERVAL 1 DAY PRECEDING
        ) AS earlier
    FROM episode
    WHERE referral_date BETWEEN $q0 - 365 AND $q1
)

SELECT
    child_id,
    NULL AS team,
    CASE WHEN earlier IS NOT NULL THEN 'rereferral' ELSE 'first' END AS outcome
FROM referred
WHERE referral_date >= $q0
