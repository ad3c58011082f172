-- What each agent produced. A policy withdrawn in the cooling-off period is taken off the day of its
-- withdrawal. What lasts is of the day of issue: what is regular and neither withdrawn nor ended as
-- $excluded_endings before anybody looks at its persistency, $second_year months later. What a policy has
-- nothing of is NULL, which takes no time to add.
WITH events AS (
    SELECT
        agent, issued AS day, $issued,
        CASE WHEN lasts THEN premium END AS lasting_premium,
        CASE WHEN lasts AND is_main THEN pieces END AS lasting_pieces
    FROM (
        SELECT
            policies.*,
            pay_mode <> '趸交' AND withdrawn IS NULL AND (
                ended IS NULL OR NOT COALESCE(ended_by IN ($excluded_endings), FALSE)
                OR BUSINESS_MONTH(ended) > BUSINESS_MONTH(issued) + $second_year
            ) AS lasts
        FROM policies
        WHERE DURING(issued)
    ) AS sold
    UNION ALL
    SELECT agent, withdrawn, $withdrawn, NULL, NULL
    FROM policies
    WHERE withdrawn IS NOT NULL AND DURING(withdrawn)
)
SELECT
    agent, $grain, $sums,
    CAST(COALESCE(SUM(lasting_premium), 0) AS BIGINT) AS lasting_premium,
    CAST(COALESCE(SUM(lasting_pieces), 0) AS BIGINT) AS lasting_pieces
FROM events
GROUP BY agent, $by
