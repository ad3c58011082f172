-- What changes the headcount of each place in each month. Changes before the first month are summed
-- up in the month before it, so that a running total gives the opening headcount.
WITH segments AS (
    SELECT
        stays.place,
        GREATEST(from_month, signed_month) AS begin_month,
        LEAST(next_month, left_month) AS end_month,
        licensed, men, education
    FROM stays
    JOIN stints ON stints.agent = stays.agent
    WHERE GREATEST(from_month, signed_month) < LEAST(next_month, left_month)
),
signed_in AS (
    SELECT stays.place, signed_month
    FROM stints
    JOIN stays ON stays.agent = stints.agent AND from_month <= signed_month AND signed_month < next_month
),
left_from AS (
    -- A leaver belongs to the place of the last month-end that he was counted at.
    SELECT stays.place, left_month
    FROM stints
    JOIN stays ON stays.agent = stints.agent
        AND from_month <= GREATEST(left_month - 1, signed_month) AND GREATEST(left_month - 1, signed_month) < next_month
    WHERE left_month < $never
),
changes AS (
    SELECT place, GREATEST(begin_month, $first - 1) AS month, 1 AS change, 0 AS recruits, 0 AS leavers, licensed, men, education
    FROM segments
    UNION ALL
    SELECT place, GREATEST(end_month, $first - 1), -1, 0, 0, licensed, men, education FROM segments
    UNION ALL
    SELECT place, signed_month, 0, 1, 0, 0, 0, NULL FROM signed_in WHERE signed_month >= $first
    UNION ALL
    SELECT place, left_month, 0, 0, 1, 0, 0, NULL FROM left_from WHERE left_month >= $first
)
SELECT
    place, month,
    $sums
FROM changes
WHERE month <= $last
GROUP BY place, month
