-- What came on each day for policies in their first year, by the agents whom it was due from.
WITH terms AS (
    SELECT policy, MIN(issued) AS issued
    FROM policies
    WHERE is_main
    GROUP BY policy
),
events AS (
    SELECT dues.agent, paid AS day, paid_premium
    FROM dues
    JOIN terms ON terms.policy = dues.policy
    WHERE paid IS NOT NULL AND DURING(paid) AND due >= issued AND due < issued + INTERVAL '12' MONTH
)
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day) AS INTEGER) AS day_number,
    CAST(COALESCE(SUM(paid_premium), 0) AS BIGINT) AS first_year_renewal
FROM events
GROUP BY agent, day
