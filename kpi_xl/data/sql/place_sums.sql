-- Sums of an agent-month table over the places; what belongs to nobody goes to place 0, so that every
-- total equals that of the raw file.
SELECT COALESCE(stays.place, 0) AS place, facts.month, $sums
FROM $facts AS facts
LEFT JOIN stays ON stays.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
WHERE $only
GROUP BY COALESCE(stays.place, 0), facts.month
