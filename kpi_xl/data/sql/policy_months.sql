-- What each agent sold in each month, apart by the month of withdrawal in the cooling-off period and by
-- the month in which a policy ended in a way that no persistency counts. Product n is the n-th of the
-- step "products".
SELECT
    policies.agent,
    BUSINESS_MONTH(issued) AS issued_month,
    BUSINESS_MONTH(withdrawn) AS withdrawn_month,
    CASE WHEN ended_by IN ($excluded_endings) THEN BUSINESS_MONTH(ended) END AS excluded_month,
    CAST(SUM(CASE WHEN is_main THEN pieces ELSE 0 END) AS BIGINT) AS pieces,
    CAST(SUM(premium) AS BIGINT) AS new_premium,
    CAST(SUM(fyc) AS BIGINT) AS fyc,
    CAST(SUM(CASE WHEN is_regular THEN premium ELSE 0 END) AS BIGINT) AS regular_premium,
    CAST(SUM(CASE WHEN is_regular AND is_main THEN pieces ELSE 0 END) AS BIGINT) AS regular_pieces$product_sums
FROM policies
LEFT JOIN products ON products.product = policies.product
WHERE DURING(issued)
GROUP BY
    policies.agent, BUSINESS_MONTH(issued), BUSINESS_MONTH(withdrawn),
    CASE WHEN ended_by IN ($excluded_endings) THEN BUSINESS_MONTH(ended) END
