/**
 * Types for services that Tsuki builds: `"types": ["tsuki/types"]` in tsconfig.json gives them the
 * web's interfaces; `import type { Service } from "tsuki/types"` checks a handler.
 */
/// <reference lib="es2023" />
/// <reference lib="webworker" />

/** What a handler gets besides the request and the environment. */
export interface Context {
  /** Keeps a stopping instance alive until a promise has settled; a rejection is logged. */
  waitUntil(promise: Promise<unknown>): void;
  /** Does nothing: there is no origin to pass a request to. */
  passThroughOnException(): void;
}

/** The instance's environment: `NAME=value` by name. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** What a program exports by default to serve HTTP on `PORT`, 8080 unless the environment has it. */
export interface Service {
  /** Answers one request; what it throws is logged and becomes a response with status 500. */
  fetch(request: Request, environment: Environment, context: Context): Response | Promise<Response>;
}
