-- What came for policies in their first year, by the agents whom it was due from.
WITH terms AS (
    SELECT policy, MIN(issued) AS issued
    FROM policies
    WHERE is_main
    GROUP BY policy
)
SELECT dues.agent, $grain, CAST(COALESCE(SUM(paid_premium), 0) AS BIGINT) AS first_year_renewal
FROM dues
JOIN terms ON terms.policy = dues.policy
WHERE paid IS NOT NULL AND DURING(paid) AND due >= issued AND due < issued + INTERVAL '12' MONTH
GROUP BY dues.agent, $by
