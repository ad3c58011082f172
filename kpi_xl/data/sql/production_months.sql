-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off the
-- month of its withdrawal. What lasts is of the month of issue: what is regular and neither withdrawn nor
-- ended as $excluded_endings before anybody looks at its persistency, 14 months later. What a policy has
-- nothing of is NULL, which takes no time to add.
WITH events AS (
    SELECT
        agent,
        BUSINESS_MONTH(issued) AS month,
        CASE WHEN is_main THEN pieces END AS pieces,
        CAST(NULL AS BIGINT) AS withdrawn_pieces,
        premium AS new_premium,
        fyc,
        CASE WHEN pay_mode <> '趸交' THEN premium END AS regular_premium,
        CASE WHEN lasts THEN premium END AS lasting_premium,
        CASE WHEN lasts AND is_main THEN pieces END AS lasting_pieces
    FROM (
        SELECT
            policies.*,
            pay_mode <> '趸交' AND withdrawn IS NULL AND (
                ended IS NULL OR NOT COALESCE(ended_by IN ($excluded_endings), FALSE)
                OR BUSINESS_MONTH(ended) > BUSINESS_MONTH(issued) + 14
            ) AS lasts
        FROM policies
        WHERE DURING(issued)
    ) AS sold
    UNION ALL
    SELECT
        agent,
        BUSINESS_MONTH(withdrawn),
        CASE WHEN is_main THEN -pieces END,
        CASE WHEN is_main THEN pieces END,
        -premium,
        -fyc,
        CASE WHEN pay_mode <> '趸交' THEN -premium END,
        NULL,
        NULL
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    agent, month,
    CAST(COALESCE(SUM(pieces), 0) AS BIGINT) AS pieces,
    CAST(COALESCE(SUM(withdrawn_pieces), 0) AS BIGINT) AS withdrawn_pieces,
    CAST(COALESCE(SUM(new_premium), 0) AS BIGINT) AS new_premium,
    CAST(COALESCE(SUM(fyc), 0) AS BIGINT) AS fyc,
    CAST(COALESCE(SUM(regular_premium), 0) AS BIGINT) AS regular_premium,
    CAST(COALESCE(SUM(lasting_premium), 0) AS BIGINT) AS lasting_premium,
    CAST(COALESCE(SUM(lasting_pieces), 0) AS BIGINT) AS lasting_pieces
FROM events
GROUP BY agent, month
