-- Whose, and of which month, the largest is of something that a project declares.
SELECT COALESCE(agent, '') AS agent, month
FROM $facts AS facts
ORDER BY ABS(CAST($column AS DECIMAL(20, 0))) DESC NULLS LAST, month, agent
LIMIT 1
