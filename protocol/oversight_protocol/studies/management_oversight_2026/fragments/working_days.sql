-- For each day held and day recorded of `held`, the working days from the one to the other: the first
-- day not counted, the last one counted. Whole weeks since a Monday have five each; of what is left of
-- a week, at most five days count. Bank holidays, which all fall from Monday to Friday, are taken away.
pair AS (
    SELECT
        held_date,
        recorded_date,
        held_date - DATE '1970-01-05' + 1 AS from_day,
        recorded_date - DATE '1970-01-05' + 1 AS to_day
    FROM held
    WHERE recorded_date BETWEEN held_date AND $q1
    GROUP BY held_date, recorded_date
),

free AS (
    SELECT pair.held_date, pair.recorded_date, count(*) AS days
    FROM pair
    JOIN bank_holiday ON bank_holiday.day > pair.held_date AND bank_holiday.day <= pair.recorded_date
    GROUP BY pair.held_date, pair.recorded_date
),

working_days AS (
    SELECT
        pair.held_date,
        pair.recorded_date,
        pair.to_day // 7 * 5 + least(pair.to_day % 7, 5)
        - pair.from_day // 7 * 5 - least(pair.from_day % 7, 5)
        - coalesce(free.days, 0) AS days
    FROM pair
    LEFT JOIN free ON free.held_date = pair.held_date AND free.recorded_date = pair.recorded_date
)
