"""What stands in each slot of a template: one module a form, and whom a workbook is for."""
