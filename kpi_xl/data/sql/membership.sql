-- Which unit of one level everybody belongs to, as half-open spans of months.
SELECT stays.agent, $places.unit, stays.from_month, stays.next_month
FROM stays
JOIN places_in_all ON places_in_all.unit = stays.place
JOIN $places USING ($levels)
