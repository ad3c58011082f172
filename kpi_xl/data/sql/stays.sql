-- In which place everybody stayed, as half-open spans of months, and where he came from. The place at
-- the end of a month counts for the whole month. Neighbouring spans in the same place are merged: to
-- be moved to where one is already is no transfer. Where several months are one span, as those before
-- and after parts of months, it is still the first month whose end tells where somebody begins.
WITH dated AS (
    SELECT
        moves.agent,
        places.unit AS place,
        BUSINESS_MONTH(moves.valid_from) AS from_month,
        MONTH_NUMBER(moves.valid_from) AS whole_month,
        moves.valid_from,
        moves.sequence
    FROM moves
    JOIN places_in_all AS places USING ($levels)
),
spans AS (
    SELECT
        agent, place, from_month, whole_month, valid_from, sequence,
        LEAD(from_month) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_month,
        LEAD(whole_month) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_whole_month,
        MIN(whole_month) OVER (PARTITION BY agent) AS first_whole_month
    FROM dated
),
kept AS (
    SELECT
        agent, place, from_month, valid_from, sequence,
        LAG(place) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS place_before
    FROM spans
    WHERE next_month IS NULL OR next_month > from_month
        OR (whole_month = first_whole_month AND next_whole_month > whole_month)
),
merged AS (
    SELECT
        agent, place, place_before, from_month,
        LAG(from_month) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS month_before,
        LEAD(from_month) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_month
    FROM kept
    WHERE place_before IS NULL OR place_before <> place
)
SELECT
    agent,
    place,
    place_before,
    -- What somebody did before his first day (it happens in real files) belongs to his first place.
    CASE WHEN month_before IS NULL THEN 0 ELSE from_month END AS from_month,
    COALESCE(next_month, $never) AS next_month
FROM merged
