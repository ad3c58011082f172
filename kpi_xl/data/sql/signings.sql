-- Everybody who ever signed, whatever ranks count, in the unit he signed in: as in "cohorts".
SELECT
    membership.unit,
    agents.signed,
    agents."left",
    BUSINESS_MONTH(agents.signed) AS signed_month,
    COALESCE(agents.education, '') AS education,
    COALESCE(agents.recruiter, '') AS recruiter
FROM agents
JOIN $membership AS membership ON membership.agent = agents.agent
    AND from_month <= BUSINESS_MONTH(agents.signed) AND BUSINESS_MONTH(agents.signed) < next_month
ORDER BY agents.signed, agents.agent
