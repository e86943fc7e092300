/** Connections to servers, kept for the next request for a while. */

import { TcpStream } from "../../net/tcp-stream.ts";
import { hasServers } from "../../server/listen.ts";
import type { Timer } from "../../timers/timer.ts";
import { clearTimer, setTimeout } from "../../timers/timers.ts";

/** An idle connection would keep a program running that has nothing else to do. */
const serverIdleMs = 4000;
const programIdleMs = 100;

interface Idle {
  readonly stream: TcpStream;
  readonly timer: Timer;
}

const idle = new Map<string, Idle[]>();

/** A connection that was used before, if one is there. */
export function takeIdle(place: string): TcpStream | undefined {
  const list = idle.get(place) ?? [];
  for (let found = list.pop(); found !== undefined; found = list.pop()) {
    clearTimer(found.timer);
    if (list.length === 0) idle.delete(place);
    if (found.stream.isQuiet) return found.stream;
    found.stream.close();
  }
  return undefined;
}

/** Keeps a connection for the next request. */
export function keepIdle(place: string, stream: TcpStream): void {
  if (stream.isClosed) return;
  const list = idle.get(place) ?? [];
  idle.set(place, list);
  const timer = setTimeout(
    () => {
      const others = (idle.get(place) ?? []).filter((each) => each.stream !== stream);
      if (others.length === 0) idle.delete(place);
      else idle.set(place, others);
      stream.close();
    },
    hasServers() ? serverIdleMs : programIdleMs,
  );
  list.push({ stream, timer });
}
