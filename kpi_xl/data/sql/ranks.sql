-- Which rank everybody had, as half-open spans of months; the rank at the end of a month counts for the
-- whole month, and that at the end of the first month for all time before it (see stays.sql).
WITH spans AS (
    SELECT
        agent, rank, is_manager, valid_from, sequence,
        BUSINESS_MONTH(valid_from) AS from_month,
        MONTH_NUMBER(valid_from) AS whole_month,
        LEAD(BUSINESS_MONTH(valid_from)) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_month,
        LEAD(MONTH_NUMBER(valid_from)) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_whole_month,
        MIN(MONTH_NUMBER(valid_from)) OVER (PARTITION BY agent) AS first_whole_month
    FROM rank_moves
),
kept AS (
    SELECT
        agent, COALESCE(rank, '') AS rank, from_month, next_month,
        CASE WHEN is_manager THEN 1 ELSE 0 END AS managers,
        LAG(CASE WHEN is_manager THEN 1 ELSE 0 END) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS managers_before,
        ROW_NUMBER() OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS number
    FROM spans
    WHERE next_month IS NULL OR next_month > from_month
        OR (whole_month = first_whole_month AND next_whole_month > whole_month)
)
SELECT
    agent, rank, managers, managers_before,
    CASE WHEN number = 1 THEN 0 ELSE from_month END AS from_month,
    COALESCE(next_month, $never) AS next_month
FROM kept
