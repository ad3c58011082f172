-- Which agents reach what a project declares in a month; they are in the store of the project.
SELECT kept.agent
FROM (SELECT *, 1 AS months FROM $facts AS facts WHERE month = $month) AS kept
LEFT JOIN uncounted ON uncounted.agent = kept.agent
    AND uncounted.from_month <= kept.month AND kept.month < uncounted.next_month
WHERE uncounted.agent IS NULL AND $reaches
