-- The months in which everybody counts: from signing until leaving, as far as he is of a rank that counts.
-- Who gets such a rank later comes when he gets it, and who loses it goes. A far month for "still here".
WITH flags AS (
    SELECT
        agent, from_month,
        CASE WHEN rank IN ($uncounted_ranks) THEN 0 ELSE 1 END AS counts,
        LAG(CASE WHEN rank IN ($uncounted_ranks) THEN 0 ELSE 1 END) OVER (PARTITION BY agent ORDER BY from_month) AS counted_before
    FROM ranks
),
counted AS (
    SELECT
        agent, counts, from_month,
        COALESCE(LEAD(from_month) OVER (PARTITION BY agent ORDER BY from_month), $never) AS next_month
    FROM flags
    WHERE counted_before IS NULL OR counted_before <> counts
),
signings AS (
    SELECT
        agent,
        BUSINESS_MONTH(signed) AS signed_month,
        COALESCE(BUSINESS_MONTH("left"), $never) AS left_month,
        COALESCE(BUSINESS_MONTH(confirmed), $never) AS confirmed_month,
        CASE WHEN licence IS NOT NULL THEN 1 ELSE 0 END AS licensed,
        CASE WHEN gender = '男' THEN 1 ELSE 0 END AS men,
        COALESCE(education, '') AS education
    FROM agents
)
SELECT
    signings.agent,
    GREATEST(signed_month, from_month) AS signed_month,
    LEAST(left_month, next_month) AS left_month,
    confirmed_month, licensed, men, education
FROM signings
JOIN counted ON counted.agent = signings.agent AND counts = 1
    -- Who left in the month he signed in was still there in it.
    AND from_month < GREATEST(left_month, signed_month + 1) AND next_month > signed_month
