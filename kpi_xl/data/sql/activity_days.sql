-- What each agent did on each day.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day) AS INTEGER) AS day_number,
    CAST(COALESCE(SUM(appointments), 0) AS BIGINT) AS appointments,
    CAST(COALESCE(SUM(visits), 0) AS BIGINT) AS visits,
    CAST(COALESCE(SUM(interviews), 0) AS BIGINT) AS interviews,
    CAST(COALESCE(SUM(closings), 0) AS BIGINT) AS closings,
    CAST(COALESCE(SUM(prospects), 0) AS BIGINT) AS prospects,
    CAST(COALESCE(SUM(recruiting_talks), 0) AS BIGINT) AS recruiting_talks
FROM activities
WHERE DURING(day)
GROUP BY agent, day
