-- Of which channel the people of each unit of one level are at the end of a month.
SELECT membership.unit, agents.channel, COUNT(DISTINCT agents.agent) AS people
FROM agents
JOIN $membership AS membership ON membership.agent = agents.agent
    AND from_month <= $month AND $month < next_month
WHERE agents.channel IS NOT NULL
    AND BUSINESS_MONTH(agents.signed) <= $month
    AND (agents."left" IS NULL OR BUSINESS_MONTH(agents."left") > $month)
GROUP BY membership.unit, agents.channel
ORDER BY membership.unit, agents.channel
