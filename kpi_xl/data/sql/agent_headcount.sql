-- Whether each agent was here at the beginning and at the end of each month, came, and left.
WITH here AS (
    SELECT
        agent, month, licensed, men, education,
        CASE WHEN signed_month < month AND left_month >= month THEN 1 ELSE 0 END AS at_the_start,
        CASE WHEN signed_month <= month AND left_month > month THEN 1 ELSE 0 END AS at_the_end,
        CASE WHEN signed_month = month THEN 1 ELSE 0 END AS recruits,
        CASE WHEN left_month = month THEN 1 ELSE 0 END AS leavers
    FROM stints
    JOIN range($first, $last + 1) AS listed (month) ON signed_month <= month AND left_month >= month
)
SELECT agent, month, $sums
FROM here
GROUP BY agent, month
