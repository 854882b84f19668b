// Moves the simulator while one types or drags, and watches an exact run. Without it forms and links do the same.
"use strict";

const form = document.querySelector("form[data-fragment]");
const job = document.querySelector("[data-job]");
const WAIT = 250; // ms after the last key
const LOOK = 500; // ms between two looks at a job
let timer = 0;
let running = null;

// --- the page

function fields() {
  const query = new URLSearchParams(new FormData(form));
  for (const [name, value] of [...query]) if (!value) query.delete(name, value);
  return query.toString();
}

function show(html) {
  const open = [...document.querySelectorAll(".result details[open]")].map((part) => part.id);
  const made = new DOMParser().parseFromString(html, "text/html");
  for (const id of open) made.getElementById(id)?.setAttribute("open", "");
  for (const part of made.querySelectorAll("[data-update]")) {
    const place = document.getElementById(part.id);
    if (place && place.innerHTML !== part.innerHTML) place.replaceChildren(...part.childNodes);
  }
}

async function update() {
  if (running) running.abort();
  const mine = (running = new AbortController());
  const query = fields();
  document.body.classList.add("busy");
  try {
    const answer = await fetch(`${form.dataset.fragment}?${query}`, { signal: mine.signal });
    if (answer.status === 503) return soon(1000);
    const html = await answer.text();
    if (mine.signal.aborted || !answer.ok) return;
    show(html);
    history.replaceState(null, "", `/simulate?${query}`);
  } catch (error) {
    if (error.name !== "AbortError") throw error;
  } finally {
    if (running === mine) document.body.classList.remove("busy");
  }
}

function soon(wait) {
  clearTimeout(timer);
  timer = setTimeout(update, wait);
}

// A slider writes one of its values into the field above it; the field is what counts.
function connect(slider) {
  const stops = slider.dataset.stops.split("|");
  const field = document.getElementById(slider.dataset.for);
  slider.hidden = false;
  slider.addEventListener("input", () => {
    const value = stops[slider.value];
    field.value = value === slider.dataset.sheet ? "" : value;
    slider.setAttribute("aria-valuetext", value);
    soon(80);
  });
  field.addEventListener("input", () => {
    const place = stops.indexOf(field.value || slider.dataset.sheet);
    if (place < 0) return;
    slider.value = place;
    slider.setAttribute("aria-valuetext", stops[place]);
  });
}

if (form) {
  form.querySelectorAll("input[type=range]").forEach(connect);
  form.addEventListener("input", (event) => {
    if (event.target.type !== "range") soon(event.target.type === "text" ? WAIT : 0);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    soon(0);
  });
  const chooser = document.getElementById("programme");
  chooser.addEventListener("change", () => chooser.form.submit());
}

// --- an exact run

async function look() {
  const answer = await fetch(job.dataset.job).catch(() => null);
  if (!answer || !answer.ok) return setTimeout(look, 4 * LOOK);
  const state = await answer.json();
  if (!["queued", "running"].includes(state.status)) return location.reload();
  const bar = document.getElementById("progress");
  bar.max = state.of || 1;
  bar.value = state.done;
  document.getElementById("percent").textContent = `${Math.floor((state.done * 100) / (state.of || 1))}%`;
  for (const step of job.querySelectorAll("[data-step]")) step.hidden = step.dataset.step !== (state.step || "starting");
  setTimeout(look, LOOK);
}

if (job) look();
