// What an app can choose for a stream, or for a listener, whose connections have it from it.
import { Connection, establishedState, listenState, never } from "./connection.as";
import { settleConnection } from "./ending.as";
import { pushConnection } from "./timers.as";

/** Sends small segments at once, or waits for more (RFC 9293, 3.7.4). */
export function setNoDelay(place: usize, isOn: bool, now: u64): void {
  const connection = changetype<Connection>(place);
  connection.isNoDelay = isOn;
  if (isOn && connection.state >= establishedState) pushConnection(connection, now);
}

/**
 * How many hops its packets live, 0 for the usual number, and their differentiated services
 * (RFC 9293, 3.9.1.8 and 3.9.2: MUST-48, 49); those of the answer to a SYN, too.
 */
export function setService(place: usize, hopLimit: u8, trafficClass: u8): void {
  const connection = changetype<Connection>(place);
  connection.hopLimit = hopLimit;
  connection.trafficClass = trafficClass;
}

/**
 * Asks a peer that has been silent for `idle` nanoseconds, 0 for never, whether it is still there:
 * every `interval` nanoseconds, `count` times, 0 for the usual (RFC 9293, 3.8.4).
 */
export function setKeepAlive(
  place: usize, idle: u64, interval: u64, count: u32, now: u64,
): void {
  const connection = changetype<Connection>(place);
  connection.keepAliveTime = idle;
  connection.keepAliveInterval = interval;
  connection.keepAliveLimit = count;
  if (connection.state == listenState) return;
  const isOpen = connection.state >= establishedState;
  connection.keepAliveProbes = 0;
  connection.keepAliveAt = isOpen && idle != 0 ? now + idle : never;
  settleConnection(connection);
}

/**
 * Gives the connection up when what was sent is not acknowledged for so many nanoseconds, 0 for the
 * usual (RFC 9293, 3.9.1; RFC 5482).
 */
export function setUserTimeout(place: usize, timeout: u64): void {
  changetype<Connection>(place).userTimeout = timeout;
}
