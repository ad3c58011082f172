-- Who is in which unit of one level at the end of a month, leaders first, then by signing.
SELECT
    membership.unit, agents.agent, agents.name, agents.rank, agents.is_manager,
    BUSINESS_MONTH(agents.signed) AS signed_month, agents.signed, agents."left"
FROM agents
JOIN $membership AS membership ON membership.agent = agents.agent AND from_month <= $month AND $month < next_month
WHERE BUSINESS_MONTH(agents.signed) <= $month
    AND COALESCE(BUSINESS_MONTH(agents."left"), $month + 1) > $month
ORDER BY membership.unit, agents.is_manager DESC, agents.signed, agents.agent
