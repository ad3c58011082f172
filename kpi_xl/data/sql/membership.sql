-- Which unit of one level everybody belongs to, as half-open spans of months. The unit at the end
-- of a month counts for the whole month. Neighbouring spans in the same unit are merged: a move
-- inside a unit is no transfer of that unit.
WITH dated AS (
    SELECT
        moves.agent,
        places.unit,
        BUSINESS_MONTH(moves.valid_from) AS from_month,
        moves.valid_from,
        moves.sequence
    FROM moves
    JOIN $places AS places
        ON places.region = moves.region AND places.department = moves.department AND places.team = moves.team
),
spans AS (
    SELECT
        agent, unit, from_month, valid_from, sequence,
        LEAD(from_month) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS next_month
    FROM dated
),
kept AS (
    SELECT
        agent, unit, from_month,
        LAG(unit) OVER (PARTITION BY agent ORDER BY valid_from, sequence) AS unit_before
    FROM spans
    WHERE next_month IS NULL OR next_month > from_month
),
merged AS (
    SELECT
        agent, unit, from_month,
        LAG(from_month) OVER (PARTITION BY agent ORDER BY from_month) AS month_before,
        LEAD(from_month) OVER (PARTITION BY agent ORDER BY from_month) AS next_month
    FROM kept
    WHERE unit_before IS NULL OR unit_before <> unit
)
SELECT
    agent,
    unit,
    -- What somebody did before his first day (it happens in real files) belongs to his first unit.
    CASE WHEN month_before IS NULL THEN 0 ELSE from_month END AS from_month,
    COALESCE(next_month, $never) AS next_month
FROM merged
