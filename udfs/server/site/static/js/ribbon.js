// The ribbon's buttons are connected in kpi/page.js. This file stands in place of xlwings Server's,
// which connects an example.
