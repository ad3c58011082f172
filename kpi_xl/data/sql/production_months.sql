-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off the
-- month of its withdrawal. What lasts is of the month of issue: what is regular and neither withdrawn nor
-- ended as $excluded_endings before anybody looks at its persistency, 14 months later.
WITH events AS (
    SELECT
        agent,
        BUSINESS_MONTH(issued) AS month,
        CASE WHEN is_main THEN pieces ELSE 0 END AS pieces,
        0 AS withdrawn_pieces,
        premium AS new_premium,
        fyc,
        CASE WHEN is_regular THEN premium ELSE 0 END AS regular_premium,
        CASE WHEN lasts THEN premium ELSE 0 END AS lasting_premium,
        CASE WHEN lasts AND is_main THEN pieces ELSE 0 END AS lasting_pieces
    FROM (
        SELECT
            policies.*,
            is_regular AND withdrawn IS NULL AND (
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
        CASE WHEN is_main THEN -pieces ELSE 0 END,
        CASE WHEN is_main THEN pieces ELSE 0 END,
        -premium,
        -fyc,
        CASE WHEN is_regular THEN -premium ELSE 0 END,
        0,
        0
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    agent, month,
    CAST(SUM(pieces) AS BIGINT) AS pieces,
    CAST(SUM(withdrawn_pieces) AS BIGINT) AS withdrawn_pieces,
    CAST(SUM(new_premium) AS BIGINT) AS new_premium,
    CAST(SUM(fyc) AS BIGINT) AS fyc,
    CAST(SUM(regular_premium) AS BIGINT) AS regular_premium,
    CAST(SUM(lasting_premium) AS BIGINT) AS lasting_premium,
    CAST(SUM(lasting_pieces) AS BIGINT) AS lasting_pieces
FROM events
GROUP BY agent, month
