"""The month as pages and pictures: one for each unit, from the same slots as its workbooks."""
