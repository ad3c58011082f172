-- Sums of an agent-month table over the units of one level; what belongs to nobody goes to the
-- unassigned unit, so that every total equals that of the raw file.
SELECT COALESCE(membership.unit, $unassigned) AS unit, facts.month, $sums
FROM $facts AS facts
LEFT JOIN membership ON membership.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
WHERE facts.month BETWEEN $first AND $last
GROUP BY COALESCE(membership.unit, $unassigned), facts.month
