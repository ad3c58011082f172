-- Of those who signed n months before a month, in the place they signed in: how many there were, how
-- many are still here at the month's end, how many have been confirmed by then.
SELECT
    stays.place,
    signed_month + cohort_months.months AS month,
    cohort_months.months,
    CAST(COUNT(*) AS BIGINT) AS cohort,
    CAST(SUM(CASE WHEN left_month > signed_month + cohort_months.months THEN 1 ELSE 0 END) AS BIGINT) AS retained,
    CAST(SUM(CASE WHEN confirmed_month <= signed_month + cohort_months.months THEN 1 ELSE 0 END) AS BIGINT) AS confirmed
FROM stints
JOIN stays ON stays.agent = stints.agent AND from_month <= signed_month AND signed_month < next_month
CROSS JOIN (VALUES $cohort_months) AS cohort_months (months)
WHERE signed_month + cohort_months.months BETWEEN $first AND $last
GROUP BY stays.place, signed_month + cohort_months.months, cohort_months.months
