"""The month for those who look: a page a unit, made of what its workbooks hold."""
