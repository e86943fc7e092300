/** Node's perf_hooks: the clock. */
import { Performance, performance } from "../instance/performance.ts";

export { Performance, performance };

const whole = { Performance, performance };

export { whole as default };
