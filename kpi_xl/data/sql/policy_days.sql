-- What each agent sold on each day. A policy withdrawn in the cooling-off period is taken off the day of
-- its withdrawal.
WITH events AS (
    SELECT
        agent, issued AS day,
        CASE WHEN is_main THEN pieces ELSE 0 END AS pieces,
        premium AS new_premium, fyc,
        CASE WHEN pay_mode <> '趸交' THEN premium ELSE 0 END AS regular_premium
    FROM policies
    WHERE DURING(issued)
    UNION ALL
    SELECT
        agent, withdrawn,
        CASE WHEN is_main THEN -pieces ELSE 0 END,
        -premium, -fyc,
        CASE WHEN pay_mode <> '趸交' THEN -premium ELSE 0 END
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day) AS INTEGER) AS day_number,
    CAST(COALESCE(SUM(pieces), 0) AS BIGINT) AS pieces,
    CAST(COALESCE(SUM(new_premium), 0) AS BIGINT) AS new_premium,
    CAST(COALESCE(SUM(fyc), 0) AS BIGINT) AS fyc,
    CAST(COALESCE(SUM(regular_premium), 0) AS BIGINT) AS regular_premium
FROM events
GROUP BY agent, day
