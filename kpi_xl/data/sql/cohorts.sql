-- Of those who signed n months before a month, whatever ranks count, in the place they signed in: how many
-- there were, how many are still here at the month's end, how many have been confirmed by then.
WITH signings AS (
    SELECT
        agent,
        BUSINESS_MONTH(signed) AS signed_month,
        COALESCE(BUSINESS_MONTH("left"), $never) AS left_month,
        COALESCE(BUSINESS_MONTH(confirmed), $never) AS confirmed_month
    FROM agents
)
SELECT
    stays.place,
    signed_month + cohort_months.months AS month,
    cohort_months.months,
    CAST(COUNT(*) AS BIGINT) AS cohort,
    CAST(SUM(CASE WHEN left_month > signed_month + cohort_months.months THEN 1 ELSE 0 END) AS BIGINT) AS retained,
    CAST(SUM(CASE WHEN confirmed_month <= signed_month + cohort_months.months THEN 1 ELSE 0 END) AS BIGINT) AS confirmed
FROM signings
JOIN stays ON stays.agent = signings.agent AND from_month <= signed_month AND signed_month < next_month
CROSS JOIN (VALUES $cohort_months) AS cohort_months (months)
WHERE signed_month + cohort_months.months BETWEEN $first AND $last
GROUP BY stays.place, signed_month + cohort_months.months, cohort_months.months
