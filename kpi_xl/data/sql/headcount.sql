-- What changes the headcount of each unit in each month. Changes before the first month are summed
-- up in the month before it, so that a running total gives the opening headcount.
WITH segments AS (
    SELECT
        membership.unit,
        GREATEST(from_month, signed_month) AS begin_month,
        LEAST(next_month, left_month) AS end_month,
        signed_month, left_month, licensed, men
    FROM $membership AS membership
    JOIN stints ON stints.agent = membership.agent
    WHERE GREATEST(from_month, signed_month) < LEAST(next_month, left_month)
),
signed_in AS (
    SELECT membership.unit, signed_month
    FROM stints
    JOIN $membership AS membership ON membership.agent = stints.agent AND from_month <= signed_month AND signed_month < next_month
),
left_from AS (
    -- A leaver belongs to the unit of the last month-end that he was counted at.
    SELECT membership.unit, left_month
    FROM stints
    JOIN $membership AS membership ON membership.agent = stints.agent
        AND from_month <= GREATEST(left_month - 1, signed_month) AND GREATEST(left_month - 1, signed_month) < next_month
    WHERE left_month < $never
),
changes AS (
    SELECT unit, GREATEST(begin_month, $first - 1) AS month, 1 AS change, licensed AS licensed_change, men AS men_change,
        0 AS recruits, 0 AS leavers,
        CASE WHEN begin_month > signed_month AND begin_month >= $first THEN 1 ELSE 0 END AS transfers_in, 0 AS transfers_out
    FROM segments
    UNION ALL
    SELECT unit, GREATEST(end_month, $first - 1), -1, -licensed, -men, 0, 0, 0,
        CASE WHEN end_month < left_month AND end_month >= $first THEN 1 ELSE 0 END
    FROM segments
    UNION ALL
    SELECT unit, signed_month, 0, 0, 0, 1, 0, 0, 0 FROM signed_in WHERE signed_month >= $first
    UNION ALL
    SELECT unit, left_month, 0, 0, 0, 0, 1, 0, 0 FROM left_from WHERE left_month >= $first
)
SELECT
    unit, month,
    CAST(SUM(change) AS BIGINT) AS change,
    CAST(SUM(licensed_change) AS BIGINT) AS licensed_change,
    CAST(SUM(men_change) AS BIGINT) AS men_change,
    CAST(SUM(recruits) AS BIGINT) AS recruits,
    CAST(SUM(leavers) AS BIGINT) AS leavers,
    CAST(SUM(transfers_in) AS BIGINT) AS transfers_in,
    CAST(SUM(transfers_out) AS BIGINT) AS transfers_out
FROM changes
WHERE month <= $last
GROUP BY unit, month
