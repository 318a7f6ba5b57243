// Everything works without this file. With it: the filing changes beside the answer without a new page,
// keys move between citations, answers go to the clipboard, and the theme can be chosen.

const find = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const calm = matchMedia("(prefers-reduced-motion: reduce)");

function say(text) {
  find("#said").textContent = text;
}

// --- the pane with the filing -----------------------------------------------------------------------

/** Scroll the marked place into the middle of its pane; the page itself moves only where panes are stacked. */
function showMark({ page = false } = {}) {
  const sheet = find("#sheet");
  const mark = find("#mark", sheet ?? document);
  if (!sheet) {
    mark?.scrollIntoView({ block: "center" });
    return;
  }
  if (!mark) {
    sheet.scrollTop = 0;
    return;
  }
  const offset = (element) => element.getBoundingClientRect().top - sheet.getBoundingClientRect().top + sheet.scrollTop;
  const place = offset(mark);
  const table = mark.closest(".table");
  // A table's head says what the marked column is: keep it in view where both fit.
  const head = table && place - offset(table) < sheet.clientHeight * 0.75 ? offset(table) - 16 : Infinity;
  sheet.scrollTop = Math.max(0, Math.min(place - sheet.clientHeight * 0.4, head));
  showColumn(mark);
  if (page && matchMedia("(max-width: 61.99rem)").matches) {
    find("#pane").scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "start" });
  }
}

/** Scroll a wide table sideways until the mark stands free of the row names, which may stick to the left. */
function showColumn(mark) {
  const table = mark.closest(".table");
  if (!table) return;
  const left = mark.getBoundingClientRect().left - table.getBoundingClientRect().left + table.scrollLeft;
  const beyond = left + mark.offsetWidth + 24 - table.clientWidth;
  const name = find("th", mark.closest("tr"));
  const covered = name && getComputedStyle(name).position === "sticky" ? name.offsetWidth : 0;
  table.scrollLeft = Math.max(0, Math.min(beyond, left - covered - 12));
}

function choose(id) {
  for (const link of all("a.cite")) {
    if (link.dataset.cite === id) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
  for (const item of all(".citations li")) item.classList.toggle("chosen", item.dataset.cite === id);
}

let fetching = null;
const here = () => location.pathname + location.search;
let shown = here(); // what the page shows, whatever place in it the address names

/** Put one part (by id) of the page at `href` in place of the same part here. */
async function swap(part, href, { remember = true } = {}) {
  fetching?.abort();
  const mine = new AbortController();
  fetching = mine;
  const old = document.getElementById(part);
  old.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(href, { signal: mine.signal, headers: { Accept: "text/html" } });
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = page.getElementById(part);
    if (!response.ok || !fresh) throw new Error(`no ${part} at ${href}`);
    old.replaceWith(document.adoptNode(fresh));
    if (remember) {
      history.pushState({ part }, "", href);
      shown = here();
    }
    return true;
  } catch (error) {
    if (error.name !== "AbortError") location.assign(href);
    return false;
  }
}

async function openPane(href, options) {
  const moved = document.activeElement?.closest("#pane") ? document.activeElement.dataset.step : undefined;
  if (!(await swap("pane", href, options))) return;
  const pane = find("#pane");
  choose(pane.dataset.cite);
  showMark({ page: true });
  if (moved) (find(`[data-step="${moved}"]`, pane) ?? find("#sheet", pane))?.focus({ preventScroll: true });
  say(find("#mark", pane) ? `Citation ${pane.dataset.cite}: ${find("#pane-title", pane).textContent.trim()}` : "Another part of the filing");
}

async function openReport(href) {
  if (!(await swap("report", href, { remember: false }))) return;
  const report = find("#report");
  report.focus({ preventScroll: true });
  report.scrollIntoView({ behavior: calm.matches ? "auto" : "smooth", block: "nearest" });
  say(find("h2", report)?.textContent ?? "");
}

// --- copies -----------------------------------------------------------------------------------------

async function copy(link, text) {
  await navigator.clipboard.writeText(text);
  const label = link.textContent;
  link.textContent = "Copied";
  say("Copied");
  setTimeout(() => (link.textContent = label), 1500);
}

async function copyFrom(link) {
  try {
    const response = await fetch(link.href);
    if (!response.ok) throw new Error(String(response.status));
    await copy(link, await response.text());
  } catch {
    location.assign(link.href);
  }
}

// --- events -----------------------------------------------------------------------------------------

const plainClick = (event) =>
  event.button === 0 && !(event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) && !event.defaultPrevented;

document.addEventListener("click", (event) => {
  const link = event.target.closest("a");
  if (!link || !plainClick(event)) return;
  if (link.dataset.swap === "pane" && find("#pane")) {
    event.preventDefault();
    openPane(link.href);
  } else if (link.dataset.swap === "report") {
    event.preventDefault();
    openReport(link.href);
  } else if ("copy" in link.dataset && navigator.clipboard) {
    event.preventDefault();
    copyFrom(link);
  } else if ("copyLink" in link.dataset && navigator.clipboard) {
    event.preventDefault();
    copy(link, link.href).catch(() => location.assign(link.href));
  }
});

window.addEventListener("popstate", () => {
  // It is also fired for a link to a place in this page, "Back to the answer" among them: nothing new to show.
  if (here() === shown) return;
  shown = here();
  if (find("#pane") && location.pathname === "/ask") openPane(location.href, { remember: false });
});

function step(by) {
  const ids = all(".citations li").map((item) => item.dataset.cite);
  const at = ids.indexOf(find("#pane")?.dataset.cite);
  const id = ids[at + by];
  if (id !== undefined) find(`.citations a.cite[data-cite="${id}"]`).click();
}

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  const typing = event.target.closest("input:not([type=checkbox]), textarea, select");
  if (event.key === "Escape" && typing) {
    typing.blur();
  } else if (typing) {
    return;
  } else if (event.key === "/") {
    const box = find("#q") ?? find("#filter");
    if (!box) return;
    event.preventDefault();
    box.focus();
    box.select();
  } else if (event.key === "n") {
    step(1);
  } else if (event.key === "p") {
    step(-1);
  } else if (/^[1-9]$/.test(event.key)) {
    find(`.citations a.cite[data-cite="${event.key}"]`)?.click();
  }
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.getAttribute("action") !== "/ask") return;
  // Empty fields would only make the address longer.
  for (const field of all("select, input:not([type=checkbox])", form)) if (!field.value) field.disabled = true;
  form.setAttribute("aria-busy", "true");
  const button = find("button", form);
  button.textContent = "Looking…";
  say("Looking for the answer");
});

window.addEventListener("pageshow", () => {
  for (const form of all("form[aria-busy]")) {
    form.removeAttribute("aria-busy");
    find("button", form).textContent = "Ask";
    for (const field of all(":disabled", form)) field.disabled = false;
  }
});

// --- theme ------------------------------------------------------------------------------------------

const THEMES = ["auto", "light", "dark"];
const toggle = find("#theme");

function theme() {
  return document.documentElement.dataset.theme ?? "auto";
}

function nameTheme() {
  find("span", toggle).textContent = theme();
}

toggle.hidden = false;
nameTheme();
toggle.addEventListener("click", () => {
  const next = THEMES[(THEMES.indexOf(theme()) + 1) % THEMES.length];
  if (next === "auto") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  try {
    if (next === "auto") localStorage.removeItem("theme");
    else localStorage.setItem("theme", next);
  } catch {
    // the choice then lasts for this page only
  }
  nameTheme();
});

showMark();
