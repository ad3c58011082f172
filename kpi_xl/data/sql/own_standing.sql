-- What each agent had at the end of each month of the rows of a raw table that stand from one day until another.
SELECT facts.agent, months.month, $columns
FROM $facts AS facts
JOIN (VALUES $months) AS months (month) ON BUSINESS_MONTH(facts.$day) <= months.month
    AND (facts.$until IS NULL OR BUSINESS_MONTH(facts.$until) > months.month)
WHERE facts.$day IS NOT NULL
GROUP BY facts.agent, months.month
