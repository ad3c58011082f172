// The task pane: messages, tables, questions. Nothing is written as HTML, so nothing is read as such.
const place = (id) => document.getElementById(id);

function made(tag, text = "", className = "") {
  const element = document.createElement(tag);
  element.textContent = text;
  element.className = className;
  return element;
}

export async function shown() {
  await Office.addin.showAsTaskpane();
}

export function begin(label) {
  place("kpi-title").textContent = label;
  place("kpi-busy").hidden = false;
  place("kpi-out").replaceChildren();
}

export function end() {
  place("kpi-busy").hidden = true;
}

export function say({ text, failed }) {
  place("kpi-out").append(made("p", text, failed ? "kpi-text kpi-failed" : "kpi-text"));
}

// The pane is narrow: a table of many columns is one card a row, each cell with its heading, what
// all rows have in common left out.
export function show({ rows }) {
  const [heads, ...body] = rows;
  if (heads.length > 2) {
    const told = heads.map((_, i) => body.length < 2 || body.some((row) => row[i] !== body[0][i]));
    place("kpi-out").append(...body.map((row) => card(heads, row, told)));
    return;
  }
  const table = made("table", "", "kpi-table");
  rows.forEach((row, i) => {
    const line = made("tr");
    line.append(...row.map((cell) => made(i ? "td" : "th", cell)));
    table.append(line);
  });
  place("kpi-out").append(table);
}

function card(heads, row, told) {
  const list = made("dl", "", "kpi-card");
  row.forEach((cell, i) => {
    if (told[i] && cell !== "") list.append(made("dt", heads[i]), made("dd", cell));
  });
  return list;
}

// What somebody answers to what the pane asks; nothing is being done in the meantime.
function answered(asked) {
  place("kpi-busy").hidden = true;
  return new Promise(asked).finally(() => {
    place("kpi-busy").hidden = false;
  });
}

// A question with a button for each answer; gives the one that was pressed.
export function ask(text, answers) {
  return answered((resolve) => {
    const box = made("div", "", "kpi-question");
    box.append(made("p", text, "kpi-text"));
    for (const answer of answers) {
      const button = made("button", answer, "btn btn-outline-primary btn-sm");
      button.addEventListener("click", () => {
        box.remove();
        resolve(answer);
      });
      box.append(button);
    }
    place("kpi-out").append(box);
  });
}

// The settings; gives the month once it is saved.
export function settings(keyIsAsked) {
  return answered((resolve) => {
    const form = place("kpi-settings").content.firstElementChild.cloneNode(true);
    const key = form.elements.namedItem("key");
    key.closest("label").hidden = !keyIsAsked;
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (key.value.trim()) globalThis.kpiKey.set(key.value.trim());
      form.remove();
      resolve(form.elements.namedItem("month").value.trim());
    });
    place("kpi-out").append(form);
  });
}
