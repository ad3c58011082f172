-- Everybody who ever signed, whatever ranks count, in the unit he signed in: as in "cohorts". A recruiter
-- who is told by his number gets his name.
SELECT
    membership.unit,
    agents.signed,
    agents."left",
    BUSINESS_MONTH(agents.signed) AS signed_month,
    COALESCE(agents.education, '') AS education,
    COALESCE(agents.recruiter || COALESCE(' ' || recruiters.name, ''), '') AS recruiter,
    COALESCE(agents.channel, '') AS channel
FROM agents
LEFT JOIN (SELECT agent, MIN(name) AS name FROM agents GROUP BY agent) AS recruiters
    ON recruiters.agent = agents.recruiter
JOIN $membership AS membership ON membership.agent = agents.agent
    AND from_month <= BUSINESS_MONTH(agents.signed) AND BUSINESS_MONTH(agents.signed) < next_month
ORDER BY agents.signed, agents.agent
