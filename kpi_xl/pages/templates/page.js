"use strict";
// Sorts tables by a column, and folds units that have others below. Without it all is there to be read.
for (const table of document.querySelectorAll("table[data-sorts]")) {
  const heads = [...table.tHead.rows[0].cells];
  const told = table.parentElement.parentElement.querySelector("[role=status]");
  const key = (row, place) => {
    const cell = row.cells[place], value = cell.dataset.value;
    return value === undefined ? cell.textContent.trim() : value === "" ? NaN : Number(value);
  };
  const order = (rows, place, sign) => rows
    .map((row, at) => [key(row, place), at, row])
    .sort(([a, i], [b, j]) => {
      if (typeof a === "string" || typeof b === "string") return sign * String(a).localeCompare(String(b), "zh") || i - j;
      if (Number.isNaN(a) || Number.isNaN(b)) return Number.isNaN(a) - Number.isNaN(b) || i - j;
      return sign * (a - b) || i - j;
    })
    .map(([, , row]) => row);
  heads.forEach((head, place) => {
    const button = document.createElement("button");
    button.type = "button";
    button.append(...head.childNodes);
    head.append(button);
    button.addEventListener("click", () => {
      const sign = head.getAttribute("aria-sort") === "descending" ? 1 : -1;
      heads.forEach((one) => one.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", sign > 0 ? "ascending" : "descending");
      const bodies = [...table.tBodies];
      for (const body of bodies) {
        const [first, ...rest] = body.rows;
        if (table.dataset.sorts === "tree") body.append(first, ...order(rest, place, sign));
        else body.append(...order([...body.rows], place, sign));
      }
      if (table.dataset.sorts === "tree") {
        const bodyOf = new Map(bodies.map((body) => [body.rows[0], body]));
        table.append(...order([...bodyOf.keys()], place, sign).map((row) => bodyOf.get(row)));
      }
      told.textContent = `已按${button.textContent.trim()}${sign > 0 ? "从小到大" : "从大到小"}排列`;
    });
  });
  if (table.dataset.sorts !== "tree") continue;
  for (const body of table.tBodies) {
    const [first, ...rest] = body.rows;
    if (!rest.length) continue;
    const head = first.cells[0], button = document.createElement("button");
    button.type = "button";
    button.className = "toggle";
    button.append(...head.childNodes);
    head.append(button);
    const fold = (open) => {
      button.setAttribute("aria-expanded", String(open));
      for (const row of rest) row.hidden = !open;
    };
    button.addEventListener("click", () => fold(button.getAttribute("aria-expanded") !== "true"));
    fold(false);
    addEventListener("beforeprint", () => fold(true));
  }
}
addEventListener("beforeprint", () => {
  for (const one of document.querySelectorAll("details.print")) one.open = true;
});
