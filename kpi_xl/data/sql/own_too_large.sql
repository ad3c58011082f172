-- Which of what a project declares is more than whole numbers hold.
SELECT $columns
FROM $facts AS facts
