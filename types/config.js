/**
 * The same object: its type is what counts (config.d.ts).
 * @param {import("./config.d.ts").UnikernelConfig} config
 */
export function defineUnikernel(config) {
  return config;
}
