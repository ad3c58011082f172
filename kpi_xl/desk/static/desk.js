// The pages work without this. It tells the program that a window is open, and people that it works.
"use strict";
const every = 15000;
async function alive() {
  try {
    await fetch("/alive", { method: "POST" });
    document.getElementById("gone").hidden = true;
  } catch {
    document.getElementById("gone").hidden = false;
  }
}
setInterval(alive, every);
alive();
document.addEventListener("submit", () => {
  document.getElementById("busy").hidden = false;
  // Not before it is sent: which button was pressed is part of what is sent.
  setTimeout(() => document.querySelectorAll("button").forEach((one) => { one.disabled = true; }));
});
window.addEventListener("pageshow", () => {
  document.getElementById("busy").hidden = true;
  document.querySelectorAll("button").forEach((one) => { one.disabled = false; });
});
document.querySelector("[data-back]")?.addEventListener("click", (pressed) => {
  if (history.length > 1) {
    pressed.preventDefault();
    history.back();
  }
});
