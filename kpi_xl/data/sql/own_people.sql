-- How many different people each unit had in each period, of those a project declares: somebody counts once, in
-- the unit he is in at the period's end; not who is of a rank that does not count.
WITH periods AS (
    SELECT period, first_month, last_month FROM (VALUES $periods) AS listed (period, first_month, last_month)
),
people AS (
    SELECT
        facts.agent, periods.period, periods.last_month,
        periods.last_month - periods.first_month + 1 AS months,
        $sums
    FROM $facts AS facts
    JOIN periods ON facts.month BETWEEN periods.first_month AND periods.last_month
    WHERE facts.agent IS NOT NULL
    GROUP BY
        facts.agent, periods.period, periods.last_month, periods.last_month - periods.first_month + 1
),
counting AS (
    SELECT people.*, CASE WHEN uncounted.agent IS NULL THEN 1 ELSE 0 END AS counts
    FROM people
    LEFT JOIN uncounted ON uncounted.agent = people.agent
        AND uncounted.from_month <= people.last_month AND people.last_month < uncounted.next_month
)
SELECT COALESCE(membership.unit, 0) AS unit, people.period, $columns
FROM counting AS people
LEFT JOIN $membership AS membership ON membership.agent = people.agent
    AND membership.from_month <= people.last_month AND people.last_month < membership.next_month
GROUP BY COALESCE(membership.unit, 0), people.period
