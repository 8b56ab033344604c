// Keeps the page up to date with server-sent events. Without it, everything works by links and
// forms. It writes text and attributes, and replaces a part of the page by the same part of a newly
// loaded one; it never reads HTML out of an event.

/** More lines would make the browser slow. */
const MAX_LINES = 1_000;

/** A changed page is loaded again after this time, with all changes until then. */
const RELOAD_MS = 1_000;

const address = document.body.dataset.events;
const live = document.getElementById("live");
const announcement = document.getElementById("announce");
let events;
let reloading = 0;

function show(state, text) {
  live.hidden = false;
  live.dataset.liveState = state;
  live.textContent = text;
}

function elements() {
  const found = new Map();
  for (const element of document.querySelectorAll("[data-live]")) {
    found.set(element.dataset.live, element);
  }
  return found;
}

function write(element, value) {
  if (typeof value === "string") {
    element.textContent = value;
  } else if ("line" in value) {
    element.querySelector(".line").setAttribute("d", value.line);
    element.querySelector(".area").setAttribute("d", value.area);
    element.setAttribute("aria-label", `${element.dataset.title}: ${value.label}`);
  } else {
    const isNews = element.dataset.state !== value.state;
    element.dataset.state = value.state;
    element.textContent = value.text;
    if (isNews) announcement.textContent = `${element.dataset.live.split("/")[0]}: ${value.text}`;
  }
}

/** True while somebody writes, chooses or confirms something in the page. */
function isInUse() {
  const main = document.getElementById("main");
  return main.querySelector("details[open]") !== null ||
    main.contains(document.activeElement) &&
      document.activeElement.matches("input, select, textarea");
}

function reload(shape) {
  if (shape === document.body.dataset.shape || reloading > 0) return;
  reloading = setTimeout(() => {
    reloading = 0;
    if (isInUse()) reload(shape);
    // Without a connection, the next event comes after the next one.
    else replaceMain().catch(() => {});
  }, RELOAD_MS);
}

async function replaceMain() {
  const response = await fetch(location.href);
  if (response.status === 401) return location.reload();
  const next = new DOMParser().parseFromString(await response.text(), "text/html");
  const focused = document.activeElement?.id;
  const { scrollY: scrolled } = globalThis;
  const main = document.getElementById("main");
  const replacement = document.adoptNode(next.getElementById("main"));
  // The server says the result of a form only once.
  const notice = main.querySelector(".notice");
  if (notice !== null) replacement.prepend(notice);
  main.replaceWith(replacement);
  document.body.dataset.shape = next.body.dataset.shape ?? "";
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  scrollTo(0, scrolled);
}

function makeLine({ time, isError, parts }) {
  const line = document.createElement("div");
  const at = document.createElement("time");
  at.dateTime = time;
  at.textContent = time.slice(11, 23);
  const text = document.createElement("span");
  text.className = "text";
  for (const [part, colour] of parts) {
    const piece = colour === "" ? document.createTextNode(part) : document.createElement("b");
    if (colour !== "") {
      piece.className = colour;
      piece.textContent = part;
    }
    text.append(piece);
  }
  line.append(at);
  if (isError) {
    line.className = "error";
    const stream = document.createElement("span");
    stream.className = "hidden";
    stream.textContent = "standard error:";
    line.append(stream);
  }
  line.append(text);
  return line;
}

function addLines(log, { lines, skipped = 0 }) {
  const isAtEnd = log.scrollHeight - log.scrollTop - log.clientHeight < 40;
  if (skipped > 0) {
    const note = document.createElement("div");
    note.className = "skipped";
    note.textContent = `${skipped} lines are not shown`;
    log.append(note);
  }
  log.append(...lines.map(makeLine));
  while (log.childElementCount > MAX_LINES) log.firstElementChild.remove();
  document.getElementById("no-lines")?.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

function connect() {
  events?.close();
  events = new EventSource(address);
  events.addEventListener("open", () => show("on", "Live"));
  events.addEventListener("error", () => {
    const isOver = events.readyState === EventSource.CLOSED;
    show("lost", isOver ? "Not live. Reload the page" : "Connecting");
  });
  events.addEventListener("values", ({ data }) => {
    const found = elements();
    for (const [key, value] of Object.entries(JSON.parse(data))) {
      const element = found.get(key);
      if (element !== undefined) write(element, value);
    }
  });
  events.addEventListener("shape", ({ data }) => reload(JSON.parse(data)));
  events.addEventListener("past", ({ data }) => {
    const log = document.getElementById("log");
    log.replaceChildren();
    addLines(log, JSON.parse(data));
    log.scrollTop = log.scrollHeight;
  });
  events.addEventListener("lines", ({ data }) => {
    addLines(document.getElementById("log"), JSON.parse(data));
  });
}

if (address !== undefined) {
  const log = document.getElementById("log");
  if (log !== null) log.scrollTop = log.scrollHeight;
  // A browser opens six connections to a host: hidden pages must not take them.
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) events?.close();
    else connect();
  });
  if (!document.hidden) connect();
}
