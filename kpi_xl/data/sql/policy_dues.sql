-- What came of what fell due on a policy's first three years, by the month that it counts in: for the
-- first year, whose instalments are premium of the first year, of whom it was due from and when it came;
-- for the second and the third, which begin 12 and 24 months after the month of issue, of whom sold the
-- policy and when it fell due, if it came within the days of grace. Policies that were paid at once or
-- withdrawn do not count in these, nor those ended as $excluded_endings before anybody looks, which is
-- 14 or 26 months after the issue.
WITH terms AS (
    SELECT
        policy,
        MIN(agent) AS sold_by,
        MIN(MONTH_NUMBER(issued)) AS issued_month,
        CAST(SUM(CASE WHEN is_main AND is_regular AND withdrawn IS NULL THEN pieces ELSE 0 END) AS BIGINT) AS pieces,
        MIN(CASE WHEN ended_by IN ($excluded_endings) THEN MONTH_NUMBER(ended) END) AS excluded_month
    FROM policies
    $policies_meant
    GROUP BY policy
),
aged AS (
    SELECT
        dues.agent, sold_by,
        BUSINESS_MONTH(due) AS due_month,
        BUSINESS_MONTH(paid) AS paid_month,
        paid_premium,
        CASE WHEN paid <= due + $grace_days THEN 1 ELSE 0 END AS in_time,
        MONTH_NUMBER(due) - issued_month AS age,
        pieces,
        COALESCE(excluded_month - issued_month, $never) AS excluded_age
    FROM dues
    JOIN terms ON terms.policy = dues.policy
    WHERE paid IS NOT NULL AND DURING(due)
)
SELECT
    CASE WHEN age < 12 THEN agent ELSE sold_by END AS agent,
    CASE WHEN age < 12 THEN paid_month ELSE due_month END AS month,
    due_month,
    CAST(SUM(CASE WHEN age < 12 THEN paid_premium ELSE 0 END) AS BIGINT) AS first_year_renewal,
    CAST(SUM(CASE WHEN age = 12 AND excluded_age > 14 THEN paid_premium ELSE 0 END) AS BIGINT) AS second_premium,
    CAST(SUM(CASE WHEN age = 12 AND excluded_age > 14 THEN pieces ELSE 0 END) AS BIGINT) AS second_pieces,
    CAST(SUM(CASE WHEN age = 12 AND excluded_age > 26 THEN paid_premium ELSE 0 END) AS BIGINT) AS lasting_premium,
    CAST(SUM(CASE WHEN age = 12 AND excluded_age > 26 THEN pieces ELSE 0 END) AS BIGINT) AS lasting_pieces,
    CAST(SUM(CASE WHEN age = 24 THEN paid_premium ELSE 0 END) AS BIGINT) AS third_premium,
    CAST(SUM(CASE WHEN age = 24 THEN pieces ELSE 0 END) AS BIGINT) AS third_pieces
FROM aged
WHERE age BETWEEN 0 AND 11 OR (in_time = 1 AND pieces > 0 AND (age = 12 OR (age = 24 AND excluded_age > 26)))
GROUP BY
    CASE WHEN age < 12 THEN agent ELSE sold_by END,
    CASE WHEN age < 12 THEN paid_month ELSE due_month END,
    due_month
