// What besides timers gives JavaScript events: HTTP, streams, datagrams. Each part serves its
// connections in `serveSources` and delivers their events there.

/** Serves every connection once and delivers what has happened. */
export function serveSources(): void {}

/** Whether anything is open that keeps the instance alive. */
export function hasSources(): bool {
  return false;
}
