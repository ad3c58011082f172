-- What each agent did in each month.
SELECT
    agent,
    CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER) AS month,
    CAST(SUM(appointments) AS BIGINT) AS appointments,
    CAST(SUM(visits) AS BIGINT) AS visits,
    CAST(SUM(interviews) AS BIGINT) AS interviews,
    CAST(SUM(closings) AS BIGINT) AS closings,
    CAST(SUM(prospects) AS BIGINT) AS prospects,
    CAST(SUM(recruiting_talks) AS BIGINT) AS recruiting_talks
FROM activities
GROUP BY agent, CAST(EXTRACT(year FROM day) * 12 + EXTRACT(month FROM day) AS INTEGER)
