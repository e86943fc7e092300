/** A library of a few lines, so that these tests are of the engine and its glue alone. */
export const smallLibrary = `
const t = globalThis.__tsuki;
const show = (value) => value instanceof Error ? String(value) + "\\n" + value.stack : String(value);
const write = (stream) => (...values) => t.log(stream, values.map(show).join(" ") + "\\n");
globalThis.console = { log: write(1), error: write(2) };
let timers = [];
let next = 1;
const arm = () => t.setDeadline(timers.length > 0 ? timers[0].at : Infinity);
globalThis.setTimeout = (callback, delay = 0) => {
  timers.push({ id: next, at: t.monotonicTime() + delay, callback });
  timers.sort((a, b) => a.at - b.at || a.id - b.id);
  arm();
  return next++;
};
globalThis.tsuki = t;
t.dispatch = (event) => {
  if (event === 9 && globalThis.onidle) globalThis.onidle();
  if (event !== 1) return;
  const now = t.monotonicTime();
  const due = timers.filter(({ at }) => at <= now);
  timers = timers.filter(({ at }) => at > now);
  arm();
  for (const { callback } of due) callback();
};
t.main = (exports) => {
  if (typeof exports.default === "function") exports.default();
};
t.modules = {};
`;
