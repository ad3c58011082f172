-- What came of what fell due on a policy's first three years, by the month that it counts in: for the
-- first year, whose instalments are premium of the first year, of whom it was due from and when it came;
-- for the second and the third, which begin 12 and 24 months after the month of issue, of whom sold the
-- policy and when it fell due, if it came within the days of grace. Policies that were paid at once or
-- withdrawn do not count in these, nor those ended as $excluded_endings before anybody looks, which is
-- 14 or 26 months after the issue. What came and counts in none of these is there without an agent.
WITH terms AS (
$terms
),
aged AS (
    SELECT
        dues.agent, sold_by,
        BUSINESS_MONTH(due) AS due_month,
        BUSINESS_MONTH(paid) AS paid_month,
        paid_premium,
        pieces,
        CASE
            WHEN issued_month IS NULL OR MONTH_NUMBER(due) < issued_month THEN 0
            WHEN MONTH_NUMBER(due) < issued_month + 12 THEN 1
            WHEN paid > due + $grace_days OR pieces <= 0 THEN 0
            WHEN MONTH_NUMBER(due) = issued_month + 12 AND excluded_month <= issued_month + 14 THEN 0
            WHEN MONTH_NUMBER(due) = issued_month + 12 THEN 2
            WHEN excluded_month <= issued_month + 26 THEN 0
            WHEN MONTH_NUMBER(due) = issued_month + 24 THEN 3
            ELSE 0
        END AS policy_year,
        CASE WHEN excluded_month <= issued_month + 26 THEN 0 ELSE 1 END AS lasts
    FROM dues
    LEFT JOIN terms ON terms.policy = dues.policy
    WHERE paid IS NOT NULL AND DURING(due)
)
SELECT
    CASE policy_year WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END AS agent,
    CASE policy_year WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE due_month END AS month,
    due_month,
    CAST(COUNT(*) AS BIGINT) AS instalments,
    CAST(SUM(CASE WHEN policy_year = 1 THEN paid_premium ELSE 0 END) AS BIGINT) AS first_year_renewal,
    CAST(SUM(CASE WHEN policy_year = 2 THEN paid_premium ELSE 0 END) AS BIGINT) AS second_premium,
    CAST(SUM(CASE WHEN policy_year = 2 THEN pieces ELSE 0 END) AS BIGINT) AS second_pieces,
    CAST(SUM(CASE WHEN policy_year = 2 AND lasts = 1 THEN paid_premium ELSE 0 END) AS BIGINT) AS lasting_premium,
    CAST(SUM(CASE WHEN policy_year = 2 AND lasts = 1 THEN pieces ELSE 0 END) AS BIGINT) AS lasting_pieces,
    CAST(SUM(CASE WHEN policy_year = 3 THEN paid_premium ELSE 0 END) AS BIGINT) AS third_premium,
    CAST(SUM(CASE WHEN policy_year = 3 THEN pieces ELSE 0 END) AS BIGINT) AS third_pieces
FROM aged
GROUP BY
    CASE policy_year WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END,
    CASE policy_year WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE due_month END,
    due_month
