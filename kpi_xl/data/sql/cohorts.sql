-- Those who signed some months before a month, whatever ranks count, in the place they signed in; also when
-- they left and were confirmed.
WITH signings AS (
    SELECT
        agent,
        BUSINESS_MONTH(signed) AS signed_month,
        COALESCE(BUSINESS_MONTH("left"), $never) AS left_month,
        COALESCE(BUSINESS_MONTH(confirmed), $never) AS confirmed_month
    FROM agents
),
looked_at AS (
    SELECT
        stays.place, left_month, confirmed_month, cohort_months.months,
        signed_month + cohort_months.months AS month
    FROM signings
    JOIN stays ON stays.agent = signings.agent AND from_month <= signed_month AND signed_month < next_month
    CROSS JOIN (VALUES $cohort_months) AS cohort_months (months)
)
SELECT place, month, $sums
FROM looked_at
WHERE month BETWEEN $first AND $last
GROUP BY place, month
