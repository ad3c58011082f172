-- Who comes to reach, on each day, what a project declares of people, by what he has had in the month so far; what
-- takes it away again counts back. The days of a month add up to the month.
WITH so_far AS (
    SELECT facts.agent, facts.month, facts.day_number, 1 AS months, $so_far
    FROM $facts AS facts
    LEFT JOIN uncounted
        ON uncounted.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
    WHERE uncounted.agent IS NULL AND facts.agent IS NOT NULL
    WINDOW month_so_far AS (PARTITION BY facts.agent, facts.month ORDER BY facts.day_number)
),
reaching AS (
    SELECT agent, month, day_number, $reaching
    FROM so_far
)
SELECT agent, month, day_number, $columns
FROM reaching
WINDOW month_so_far AS (PARTITION BY agent, month ORDER BY day_number)
