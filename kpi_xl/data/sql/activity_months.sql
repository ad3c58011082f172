-- What each agent did in each month.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(SUM(appointments) AS BIGINT) AS appointments,
    CAST(SUM(visits) AS BIGINT) AS visits,
    CAST(SUM(interviews) AS BIGINT) AS interviews,
    CAST(SUM(closings) AS BIGINT) AS closings,
    CAST(SUM(prospects) AS BIGINT) AS prospects,
    CAST(SUM(recruiting_talks) AS BIGINT) AS recruiting_talks
FROM activities
WHERE DURING(day)
GROUP BY agent, BUSINESS_MONTH(day)
