-- One row per person and question of the study's survey, in rounds that were opened in the quarter.
SELECT
    respondent_id,
    team_id AS team,
    response AS outcome,
    question_id AS question
FROM survey_response
WHERE wave BETWEEN $q0 AND $q1
    AND question_id IN (
        'S01', 'S02', 'S03', 'S04', 'S05', 'S06', 'S07', 'S08', 'S09', 'S10', 'S11', 'S12',
        'S13'
    )
