-- Who becomes a producer or effective of the month on each day, by what he has sold in it so far; a
-- withdrawal that takes it away again counts back. The days of a month add up to the month.
WITH so_far AS (
    SELECT
        facts.agent, facts.month, facts.day_number,
        CASE WHEN SUM(pieces) OVER month_so_far > 0 THEN 1 ELSE 0 END AS producing,
        CASE WHEN SUM(fyc) OVER month_so_far >= $effective_fyc THEN 1 ELSE 0 END AS effective
    FROM ($facts) AS facts
    LEFT JOIN uncounted
        ON uncounted.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
    WHERE uncounted.agent IS NULL
    WINDOW month_so_far AS (PARTITION BY facts.agent, facts.month ORDER BY facts.day_number)
)
SELECT
    agent, month, day_number,
    producing - COALESCE(LAG(producing) OVER month_so_far, 0) AS producers,
    effective - COALESCE(LAG(effective) OVER month_so_far, 0) AS effective
FROM so_far
WINDOW month_so_far AS (PARTITION BY agent, month ORDER BY day_number)
