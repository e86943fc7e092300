/** Times as users write them. */
import { TsukiError } from "../../contracts/errors.ts";

const unitMs: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** Milliseconds since 1970 of a time, or of so long ago: `10m`. Throws `usage`. */
export function parseTime(text: string): number {
  const ago = durationMs(text);
  const timeMs = ago === undefined ? Date.parse(text) : Date.now() - ago;
  if (!Number.isNaN(timeMs)) return timeMs;
  throw new TsukiError("usage", `${text} is no time; write 2026-01-02T03:04:05Z or 10m`);
}

/** Milliseconds of a duration such as `500ms`, `30s` or `5m`. Throws `usage`. */
export function parseDuration(text: string): number {
  const duration = durationMs(text);
  if (duration !== undefined) return duration;
  throw new TsukiError("usage", `${text} is no duration; write 30s or 500ms`);
}

function durationMs(text: string): number | undefined {
  const [, amount, unit = ""] = /^(\d{1,9})(ms|[smhd])$/.exec(text) ?? [];
  return amount === undefined ? undefined : Number(amount) * (unitMs[unit] ?? 0);
}

/** Whether something happened within two times; texts of one form sort as what they mean. */
export function isTimeWithin(
  since: string | undefined,
  until: string | undefined,
): (what: { readonly time: string }) => boolean {
  const [from, to] = [since, until].map((text) =>
    text === undefined
      ? undefined
      : new Date(parseTime(text)).toISOString().replace("Z", "000000Z"),
  );
  return ({ time }) => (from === undefined || time >= from) && (to === undefined || time < to);
}
