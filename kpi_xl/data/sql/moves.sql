-- Where everybody was from which day on: at signing, and after each transfer. The roster says where
-- people are now, so before the first transfer they were where that transfer took them from.
WITH first_transfer AS (
    SELECT agents.agent, agents.signed, MIN(transfers.valid_from) AS valid_from
    FROM agents
    JOIN transfers ON transfers.agent = agents.agent AND transfers.valid_from > agents.signed
        AND (agents."left" IS NULL OR transfers.valid_from <= agents."left")
    GROUP BY agents.agent, agents.signed
)
SELECT
    agents.agent,
    agents.signed AS valid_from,
    0 AS sequence,
    $levels_before
FROM agents
LEFT JOIN first_transfer ON first_transfer.agent = agents.agent AND first_transfer.signed = agents.signed
LEFT JOIN transfers ON transfers.agent = agents.agent AND transfers.valid_from = first_transfer.valid_from
UNION ALL
SELECT
    agent,
    valid_from,
    1 AS sequence,
    $levels_after
FROM transfers
