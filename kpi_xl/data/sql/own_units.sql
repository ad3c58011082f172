-- What every unit had in each period of what a project declares; each row counts where its agent was then.
WITH periods AS (
    SELECT period, first_month, last_month FROM (VALUES $periods) AS listed (period, first_month, last_month)
)
SELECT COALESCE(membership.unit, 0) AS unit, periods.period, $columns
FROM $facts AS facts
JOIN periods ON facts.month BETWEEN periods.first_month AND periods.last_month
LEFT JOIN $membership AS membership ON membership.agent = facts.agent
    AND membership.from_month <= facts.month AND facts.month < membership.next_month
GROUP BY COALESCE(membership.unit, 0), periods.period
