-- Which unit of one level everybody belongs to, as half-open spans of months; what is units' own is theirs
-- for ever.
SELECT stays.agent, $places.unit, stays.from_month, stays.next_month
FROM stays
JOIN places_in_all ON places_in_all.unit = stays.place
JOIN $places USING ($levels)
$units
