/** The health check as flags describe it. */
import { TsukiError } from "../../contracts/errors.ts";
import type { HealthCheck } from "../../engine/instances/instance-record.ts";
import type { RunCommandOptions } from "./run-command.ts";
import { parseDuration } from "./time.ts";

const urlForm = /^(?:http:\/\/(?:localhost|127\.0\.0\.1):)?(\d{1,5})(\/[!-~]{0,500})?$/;

/** What the flags say, or nothing. Throws `usage`. */
export function healthCheckOf(options: RunCommandOptions): HealthCheck | undefined {
  const { healthHttp: url } = options;
  if (url === undefined) {
    const { healthInterval, healthTimeout, healthRetries, healthStartPeriod } = options;
    if ((healthInterval ?? healthTimeout ?? healthRetries ?? healthStartPeriod) === undefined) {
      return undefined;
    }
    throw new TsukiError("usage", "a health check needs --health-http 8080/health");
  }
  const [, port = "", path = "/"] = urlForm.exec(url) ?? [];
  if (port === "" || Number(port) === 0 || Number(port) > 0xffff) {
    const advice = "write 8080/health or http://localhost:8080/health";
    throw new TsukiError("usage", `--health-http ${url} is malformed; ${advice}`);
  }
  return {
    port: hostPort(Number(port), options.publish ?? []),
    path,
    intervalMs: parseTimeAtLeast(options.healthInterval ?? "30s", 1),
    timeoutMs: parseTimeAtLeast(options.healthTimeout ?? "30s", 1),
    retries: parseRetries(options.healthRetries ?? "3"),
    startPeriodMs: parseTimeAtLeast(options.healthStartPeriod ?? "0s", 0),
  };
}

/** The supervisor asks from this host, where a port that is published has another number. */
function hostPort(port: number, publish: readonly string[]): number {
  const pairs = publish.map((text) => /(\d+):(\d+)(?:\/tcp)?$/.exec(text) ?? []);
  const [, host] = pairs.find(([, , guest]) => Number(guest) === port) ?? [];
  return host === undefined ? port : Number(host);
}

function parseTimeAtLeast(text: string, leastMs: number): number {
  const timeMs = parseDuration(text);
  if (timeMs >= leastMs && timeMs <= 86_400_000) return timeMs;
  throw new TsukiError("usage", `${text} is out of range; from 1ms to 24h`);
}

function parseRetries(text: string): number {
  const count = /^\d{1,4}$/.test(text) ? Number(text) : 0;
  if (count >= 1 && count <= 1000) return count;
  throw new TsukiError("usage", `--health-retries ${text} is no number from 1 to 1000`);
}
