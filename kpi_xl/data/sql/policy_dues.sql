-- What came of what fell due on a policy's first three years, by the month that it counts in and by what
-- it counts as:
-- 1  premium of the first year, of whom it was due from and when it came;
-- 2  the second year's instalment of a policy that ended as $excluded_endings before anybody looks at the
--    third year's, $third_year months after the issue;
-- 3  the second year's instalment of any other policy;
-- 4  the third year's instalment.
-- A policy's years are told by its own dates: the second and the third begin 12 and 24 months after the day
-- of issue (where that month has no such day, on its last), and the instalment of a year is the first that
-- falls due in it. If it came within the days of grace it counts of whom sold the policy, and its month is
-- that of the issue, so that it meets what was issued. Policies that were paid at once or withdrawn do not
-- count in these, nor those ended so before anybody looks at that year's instalment. What came and counts
-- as none of these, 0, is there without an agent.
WITH terms AS (
$terms
),
instalments AS (
    SELECT
        dues.policy, dues.agent, sold_by, due, paid, paid_premium, issued_month, pieces, excluded_month,
        CASE
            WHEN issued IS NULL OR due < issued THEN 0
            WHEN due < issued + INTERVAL '12' MONTH THEN 1
            WHEN due < issued + INTERVAL '24' MONTH THEN 2
            WHEN due < issued + INTERVAL '36' MONTH THEN 3
            ELSE 0
        END AS policy_year
    FROM (SELECT * FROM dues WHERE $only) AS dues
    LEFT JOIN terms ON terms.policy = dues.policy
),
of_years AS (
    SELECT policy, policy_year, MIN(due) AS due
    FROM instalments
    WHERE policy_year > 1
    GROUP BY policy, policy_year
),
counted AS (
    SELECT
        instalments.agent, sold_by,
        BUSINESS_MONTH(instalments.due) AS due_month,
        BUSINESS_MONTH(paid) AS paid_month,
        instalments.due, issued_month, paid_premium, pieces,
        CASE
            WHEN instalments.policy_year < 2 THEN instalments.policy_year
            WHEN of_years.due IS NULL OR paid > instalments.due + $grace_days OR pieces <= 0 THEN 0
            WHEN instalments.policy_year = 2 AND excluded_month <= issued_month + $second_year THEN 0
            WHEN instalments.policy_year = 2 AND excluded_month <= issued_month + $third_year THEN 2
            WHEN instalments.policy_year = 2 THEN 3
            WHEN excluded_month <= issued_month + $third_year THEN 0
            ELSE 4
        END AS counts_as
    FROM instalments
    LEFT JOIN of_years
        ON of_years.policy = instalments.policy AND of_years.policy_year = instalments.policy_year
        AND of_years.due = instalments.due
    WHERE $instalments_meant AND DURING(instalments.due)
)
SELECT
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END AS agent,
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE issued_month END AS month,
    due_month,
    counts_as,
    MAX(due) AS last_due,
    CAST(COUNT(*) AS BIGINT) AS instalments,
    CAST(SUM(paid_premium) AS BIGINT) AS premium,
    CAST(SUM(pieces) AS BIGINT) AS pieces
FROM counted
GROUP BY
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN agent ELSE sold_by END,
    CASE counts_as WHEN 0 THEN NULL WHEN 1 THEN paid_month ELSE issued_month END,
    due_month,
    counts_as
