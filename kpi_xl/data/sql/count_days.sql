-- What was counted for each agent on each day; see count_months.
SELECT
    agent,
    BUSINESS_MONTH(day) AS month,
    CAST(EXTRACT(year FROM day) * 10000 + EXTRACT(month FROM day) * 100 + EXTRACT(day FROM day) AS INTEGER) AS day_number$count_sums
FROM counts
WHERE DURING(day)
GROUP BY agent, day
