/** Node's timers. */
import { clearTimer, setImmediate, setInterval, setTimeout } from "../timers/timers.ts";

const clearImmediate = clearTimer;
const clearInterval = clearTimer;
const clearTimeout = clearTimer;

export { clearImmediate, clearInterval, clearTimeout, setImmediate, setInterval, setTimeout };

const whole = {
  clearImmediate,
  clearInterval,
  clearTimeout,
  setImmediate,
  setInterval,
  setTimeout,
};

export { whole as default };
