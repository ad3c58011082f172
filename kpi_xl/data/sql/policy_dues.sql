-- What came of what fell due on a policy's first three years, by the month that it counts in and by what
-- it counts as:
-- 1  premium of the first year, of whom it was due from and when it came;
-- 2  the second year's instalment of a policy that ended as $excluded_endings before anybody looks at the
--    third year's, 26 months after the issue;
-- 3  the second year's instalment of any other policy;
-- 4  the third year's instalment.
-- The second and the third year begin 12 and 24 months after the month of issue; what comes for them counts
-- of whom sold the policy and when it fell due, if it came within the days of grace. Policies that were
-- paid at once or withdrawn do not count in these, nor those ended so before anybody looks at that year's
-- instalment. What came and counts as none of these, 0, is there without an agent.
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
            WHEN MONTH_NUMBER(due) = issued_month + 12 AND excluded_month <= issued_month + 26 THEN 2
            WHEN MONTH_NUMBER(due) = issued_month + 12 THEN 3
            WHEN MONTH_NUMBER(due) <> issued_month + 24 OR excluded_month <= issued_month + 26 THEN 0
            ELSE 4
        END AS counts_as
    FROM dues
    LEFT JOIN terms ON terms.policy = dues.policy
    WHERE paid IS NOT NULL AND DURING(due)
)
SELECT
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END AS agent,
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE due_month END AS month,
    due_month,
    counts_as,
    CAST(COUNT(*) AS BIGINT) AS instalments,
    CAST(SUM(paid_premium) AS BIGINT) AS premium,
    CAST(SUM(pieces) AS BIGINT) AS pieces
FROM aged
GROUP BY
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END,
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE due_month END,
    due_month,
    counts_as
