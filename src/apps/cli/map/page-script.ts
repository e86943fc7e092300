/** What the treemap's page does: choosing, going in and out, finding, and telling why. */
export const pageScript = `
const { places, items, fileBytes } = JSON.parse(document.getElementById("data").textContent);
const svg = document.getElementById("map"), details = document.getElementById("details");
const rects = places.map((_, n) => document.getElementById("p" + n));
const box = (n) => ["x", "y", "width", "height"].map((name) => Number(rects[n].getAttribute(name)));
const children = places.map(() => []);
places.forEach(([, , parent], n) => parent >= 0 && children[parent].push(n));
const placeOf = new Map(places.map(([, , , item], n) => [item, n]));
let root = 0, chosen = 0;

const size = (bytes) => bytes < 1024 ? bytes + " B" : bytes < 1048576
  ? (bytes / 1024).toFixed(1) + " KiB" : (bytes / 1048576).toFixed(2) + " MiB";
const share = (bytes) => (bytes / fileBytes * 100).toFixed(bytes * 100 < fileBytes ? 2 : 1) + " %";
const path = (n) => places[n][2] < 0 ? [n] : [...path(places[n][2]), n];
const make = (tag, text, parent) => {
  const element = document.createElement(tag);
  element.textContent = text;
  parent.append(element);
  return element;
};

function label() {
  svg.querySelectorAll("text").forEach((text) => text.remove());
  const [left, top, width, height] = box(root);
  const { width: wide, height: high } = svg.getBoundingClientRect();
  const across = wide / width, down = high / height;
  const visit = (n) => {
    const [x, y, w, h] = box(n);
    if (w * across < 34 || h * down < 13) return;
    if (n !== root) {
      const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
      const room = Math.floor((w * across - 6) / 6.6), name = places[n][0];
      text.textContent = name.length > room ? name.slice(0, Math.max(1, room - 1)) + "…" : name;
      text.setAttribute("font-size", "11");
      text.setAttribute("transform", "translate(" + (x + 3 / across) + " " + (y + 11 / down) +
        ") scale(" + 1 / across + " " + 1 / down + ")");
      svg.append(text);
    }
    children[n].forEach(visit);
  };
  visit(root);
}

function choose(n) {
  rects[chosen].classList.remove("chosen");
  chosen = n;
  rects[n].classList.add("chosen");
  tell(n);
}

function enter(n) {
  root = n;
  svg.setAttribute("viewBox", box(n).join(" "));
  document.getElementById("where").textContent =
    [...path(n).slice(1).map((one) => places[one][0]), size(places[n][1])].join(" › ");
  label();
  choose(n);
}

function tell(n) {
  const [name, bytes, , number] = places[n];
  details.replaceChildren();
  make("h2", name, details);
  const list = make("dl", "", details);
  const row = (title, text) => { make("dt", title, list); make("dd", text, list); };
  row("in the file", size(bytes) + ", " + share(bytes));
  if (number < 0) {
    row("parts", children[n].length);
    make("h2", "The largest", details);
    const parts = make("ol", "", details);
    children[n].slice(0, 12).forEach((one) => link(one, size(places[one][1]), parts));
    return;
  }
  const [, component, kind, , memory, referrer] = items[number];
  row("in memory", size(memory));
  row("component", component);
  row("kind", kind);
  if (referrer < 0) return;
  make("h2", "Why is this here?", details);
  const way = [];
  for (let at = number; at >= 0; at = items[at][5]) way.unshift(at);
  const steps = make("ol", "", details);
  way.forEach((at) => link(placeOf.get(at), items[at][1], steps, items[at][0]));
}

function link(n, remark, list, name = places[n][0]) {
  const line = make("li", "", list);
  if (n === undefined) make("span", name, line);
  else make("button", name, line).onclick = () => { show(n); svg.focus(); };
  line.append(" · " + remark);
}

function show(n) {
  if (!path(n).includes(root)) enter(0);
  choose(n);
}

function step(way) {
  if (chosen === root) return children[root].length > 0 && choose(children[root][0]);
  const line = children[places[chosen][2]], next = line[line.indexOf(chosen) + way];
  if (next !== undefined) choose(next);
}

svg.onclick = (event) => {
  const n = rects.indexOf(event.target);
  if (n < 0) return;
  const below = path(n), at = below.indexOf(root), next = below[at + 1];
  if (at < 0 || next === undefined) return choose(root);
  if (chosen === next && children[next].length > 0) enter(next);
  else choose(event.detail > 1 ? n : below.includes(chosen) && below[below.indexOf(chosen) + 1] || next);
};
svg.onkeydown = (event) => {
  const keys = {
    ArrowRight: () => step(1), ArrowDown: () => step(1), ArrowLeft: () => step(-1), ArrowUp: () => step(-1),
    Enter: () => children[chosen].length > 0 && enter(chosen),
    Escape: () => root > 0 && (() => { const n = root; enter(Math.max(places[n][2], 0)); choose(n); })(),
  };
  keys.Backspace = keys.Escape;
  if (keys[event.key] === undefined) return;
  event.preventDefault();
  keys[event.key]();
};
document.getElementById("find").oninput = (event) => {
  const wanted = event.target.value.trim().toLowerCase();
  rects.forEach((rect, n) => rect.classList.toggle("found", wanted !== "" && n > 0 &&
    places[n][0].toLowerCase().includes(wanted)));
  const first = rects.findIndex((rect) => rect.classList.contains("found"));
  if (first >= 0) show(first);
};
addEventListener("resize", label);
enter(0);
`;
