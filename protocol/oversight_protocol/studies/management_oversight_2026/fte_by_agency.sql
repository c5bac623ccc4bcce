-- One row per senior practitioner or case holder in post on the last day of the quarter: their working
-- time in hundredths of a full-time worker, nothing where it is missing.
WITH
-- include: post,

-- include: post_at_end

SELECT
    worker_id,
    team_id AS team,
    -- Two decimals, half upwards. First to six, so that 0.285, which a binary number misses, is a half.
    floor(floor(coalesce(fte, 0) * 1000000 + 0.5) / 10000 + 0.5) / 100 AS fte,
    agency_code AS agency
FROM post_at_end
WHERE role IN (4, 5)
