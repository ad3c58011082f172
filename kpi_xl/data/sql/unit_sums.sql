-- Sums of an agent-month table over the units of one level; what belongs to nobody goes to unit 0, so that every total equals that of the raw file.
SELECT COALESCE(membership.unit, 0) AS unit, facts.month, $sums
FROM $facts AS facts
LEFT JOIN $membership AS membership ON membership.agent = facts.agent AND from_month <= facts.month AND facts.month < next_month
WHERE facts.month BETWEEN $first AND $last
GROUP BY COALESCE(membership.unit, 0), facts.month
