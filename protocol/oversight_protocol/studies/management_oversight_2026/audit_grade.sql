-- One row per audit done in the quarter: the grade of management oversight; without one, not graded.
WITH
-- include: child_team

SELECT
    audit.child_id,
    child_team.team_id AS team,
    coalesce(audit.oversight_grade, 'not_graded') AS outcome,
    audit.type AS audit_type,
    coalesce(team.service, 'unknown') AS service
FROM audit
LEFT JOIN child_team ON child_team.child_id = audit.child_id
LEFT JOIN team ON team.team_id = child_team.team_id
WHERE audit.audit_date BETWEEN $q0 AND $q1
