-- What each agent produced in each month. A policy withdrawn in the cooling-off period is taken off the
-- month of its withdrawal. What lasts is of the month of issue: what is regular and neither withdrawn nor
-- ended as $excluded_endings before anybody looks at its persistency, 14 months later.
WITH sold AS (
    -- By both months, so that the policies are read once.
    SELECT
        agent,
        CASE WHEN DURING(issued) THEN BUSINESS_MONTH(issued) END AS month,
        CASE WHEN DURING(withdrawn) THEN BUSINESS_MONTH(withdrawn) END AS withdrawn_month,
        SUM(CASE WHEN is_main THEN pieces ELSE 0 END) AS pieces,
        SUM(premium) AS new_premium,
        SUM(fyc) AS fyc,
        SUM(CASE WHEN is_regular THEN premium ELSE 0 END) AS regular_premium,
        SUM(CASE WHEN lasts THEN premium ELSE 0 END) AS lasting_premium,
        SUM(CASE WHEN lasts AND is_main THEN pieces ELSE 0 END) AS lasting_pieces
    FROM (
        SELECT
            policies.*,
            is_regular AND withdrawn IS NULL AND (
                ended IS NULL OR NOT COALESCE(ended_by IN ($excluded_endings), FALSE)
                OR BUSINESS_MONTH(ended) > BUSINESS_MONTH(issued) + 14
            ) AS lasts
        FROM policies
        WHERE DURING(issued) OR (withdrawn IS NOT NULL AND DURING(withdrawn))
    ) AS marked
    GROUP BY
        agent,
        CASE WHEN DURING(issued) THEN BUSINESS_MONTH(issued) END,
        CASE WHEN DURING(withdrawn) THEN BUSINESS_MONTH(withdrawn) END
),
events AS (
    SELECT agent, month, pieces, new_premium, fyc, regular_premium, lasting_premium, lasting_pieces
    FROM sold
    WHERE month IS NOT NULL
    UNION ALL
    SELECT agent, withdrawn_month, -pieces, -new_premium, -fyc, -regular_premium, 0, 0
    FROM sold
    WHERE withdrawn_month IS NOT NULL
)
SELECT
    agent, month,
    CAST(SUM(pieces) AS BIGINT) AS pieces,
    CAST(SUM(new_premium) AS BIGINT) AS new_premium,
    CAST(SUM(fyc) AS BIGINT) AS fyc,
    CAST(SUM(regular_premium) AS BIGINT) AS regular_premium,
    CAST(SUM(lasting_premium) AS BIGINT) AS lasting_premium,
    CAST(SUM(lasting_pieces) AS BIGINT) AS lasting_pieces
FROM events
GROUP BY agent, month
