// Works the calculator out while one types. Without it the same form is sent by its button.
"use strict";

const form = document.querySelector("form[data-fragment]");
const WAIT = 250; // ms after the last key
let timer = 0;
let running = null;

function fields() {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name, value);
  return query.toString();
}

function show(html) {
  const made = new DOMParser().parseFromString(html, "text/html");
  for (const part of made.querySelectorAll("[data-update]")) {
    const place = document.getElementById(part.id);
    // Only what changed, so that a reader hears only what is new.
    if (place && place.innerHTML !== part.innerHTML) place.replaceChildren(...part.childNodes);
  }
  for (const input of made.querySelectorAll("form [name][id]")) {
    const own = document.getElementById(input.id);
    if (own) own.toggleAttribute("aria-invalid", false);
    if (own && input.hasAttribute("aria-invalid")) own.setAttribute("aria-invalid", "true");
  }
}

async function update() {
  if (running) running.abort();
  const mine = (running = new AbortController());
  const query = fields();
  try {
    const answer = await fetch(`${form.dataset.fragment}?${query}`, { signal: mine.signal });
    if (!answer.ok) return;
    const html = await answer.text();
    if (mine.signal.aborted) return;
    show(html);
    // The answer may have grown over the field one is in; it stays in sight above it.
    if (form.contains(document.activeElement)) document.activeElement.scrollIntoView({ block: "nearest" });
    history.replaceState(null, "", `${form.getAttribute("action").split("#")[0]}?${query}#calculator`);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  }
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(update, wait);
}

if (form) {
  form.addEventListener("input", (event) => soon(event.target.type === "text" ? WAIT : 0));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon(0);
  });
}
