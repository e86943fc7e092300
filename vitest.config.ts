import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["{src,tools,tests,benchmarks}/**/*.test.ts"],
    exclude: ["**/node_modules/**", "dist/**"],
    // Worker processes, not threads: tests of the node platform block their thread with Atomics.wait.
    pool: "forks",
    testTimeout: 20_000,
    // A failure of a seeded test must be repeatable, so nothing is ever retried.
    retry: 0,
  },
});
