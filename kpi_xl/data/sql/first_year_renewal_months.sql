-- Premium received for the first policy year after the first instalment (monthly, quarterly and
-- half-yearly payers), in the month it came in.
WITH issued AS (
    SELECT policy, MIN(BUSINESS_MONTH(issued)) AS issued_month
    FROM policies
    GROUP BY policy
)
SELECT
    dues.agent,
    BUSINESS_MONTH(paid) AS month,
    CAST(SUM(paid_premium) AS BIGINT) AS first_year_renewal
FROM dues
JOIN issued ON issued.policy = dues.policy
WHERE paid IS NOT NULL
    AND BUSINESS_MONTH(due) < issued_month + 12
GROUP BY dues.agent, BUSINESS_MONTH(paid)
