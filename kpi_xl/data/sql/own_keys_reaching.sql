-- How many different keys reach what a project declares, in each unit and period: by the rows that count there.
WITH periods AS (
    SELECT period, first_month, last_month FROM (VALUES $periods) AS listed (period, first_month, last_month)
),
keys AS (
    SELECT
        COALESCE(membership.unit, 0) AS unit, periods.period, facts.counted_value,
        periods.last_month - periods.first_month + 1 AS months,
        $sums
    FROM $facts AS facts
    JOIN periods ON facts.month BETWEEN periods.first_month AND periods.last_month
    LEFT JOIN $membership AS membership ON membership.agent = facts.agent
        AND membership.from_month <= facts.month AND facts.month < membership.next_month
    WHERE facts.counted_value IS NOT NULL
    GROUP BY
        COALESCE(membership.unit, 0), periods.period, facts.counted_value,
        periods.last_month - periods.first_month + 1
)
SELECT unit, period, $columns
FROM keys
GROUP BY unit, period
