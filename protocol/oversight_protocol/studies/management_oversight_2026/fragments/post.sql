-- Every post, with the codes of its role, of agency work and of the first year in practice (ASYE).
post AS (
    SELECT
        worker_id,
        team_id,
        supervisor_id,
        role,
        fte,
        role_start,
        role_end,
        CASE
            WHEN role = 4 THEN 'senior_practitioner'
            WHEN role = 5 THEN 'case_holder'
            WHEN role IS NOT NULL THEN 'other'
        END AS role_code,
        CASE WHEN agency = 1 THEN 'agency' WHEN agency = 0 THEN 'employed' END AS agency_code,
        CASE WHEN kss = 1 THEN 'asye' WHEN kss IS NOT NULL THEN 'not_asye' END AS asye_code
    FROM worker
)
