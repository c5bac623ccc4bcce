-- The case supervisions held in the quarter: type case or combined, for a child.
held AS (
    SELECT child_id, worker_id, held_date, recorded_date, authorised_date, actions_set
    FROM oversight_event
    WHERE type IN ('case', 'combined') AND child_id IS NOT NULL AND held_date BETWEEN $q0 AND $q1
)
