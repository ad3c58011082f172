-- Who had which rank from which day on: at signing, and after each promotion or demotion. The roster says
-- what people are now, so before the first change they were what that change says they were.
WITH first_change AS (
    SELECT agents.agent, agents.signed, MIN(promotions.valid_from) AS valid_from
    FROM agents
    JOIN promotions ON promotions.agent = agents.agent AND promotions.valid_from > agents.signed
        AND (agents."left" IS NULL OR promotions.valid_from <= agents."left")
    GROUP BY agents.agent, agents.signed
)
SELECT
    agents.agent,
    agents.signed AS valid_from,
    0 AS sequence,
    CASE WHEN promotions.agent IS NULL THEN agents.rank ELSE promotions.from_rank END AS rank,
    CASE WHEN promotions.agent IS NULL THEN agents.is_manager ELSE promotions.was_manager END AS is_manager
FROM agents
LEFT JOIN first_change ON first_change.agent = agents.agent AND first_change.signed = agents.signed
LEFT JOIN promotions ON promotions.agent = agents.agent AND promotions.valid_from = first_change.valid_from
UNION ALL
SELECT agent, valid_from, 1 AS sequence, rank, is_manager FROM promotions
