-- Premium received for the first policy year after the first instalment (monthly, quarterly and
-- half-yearly payers), in the month it came in.
WITH issued AS (
    SELECT policy, MIN(CAST(EXTRACT(year FROM issued) * 12 + EXTRACT(month FROM issued) AS INTEGER)) AS issued_month
    FROM policies
    GROUP BY policy
)
SELECT
    dues.agent,
    CAST(EXTRACT(year FROM paid) * 12 + EXTRACT(month FROM paid) AS INTEGER) AS month,
    CAST(SUM(paid_premium) AS BIGINT) AS first_year_renewal
FROM dues
JOIN issued ON issued.policy = dues.policy
WHERE paid IS NOT NULL
    AND CAST(EXTRACT(year FROM due) * 12 + EXTRACT(month FROM due) AS INTEGER) < issued_month + 12
GROUP BY dues.agent, CAST(EXTRACT(year FROM paid) * 12 + EXTRACT(month FROM paid) AS INTEGER)
