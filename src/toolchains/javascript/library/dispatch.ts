/** Hands the kernel's events to whoever holds the handle they are for. */
import { engine, events } from "./engine.ts";

/** What happens to a request, a stream, a listener or a socket. */
export interface Receiver {
  readable?(): void;
  writable?(): void;
  /** 0, or an error number. */
  closed?(error: number): void;
  /** 0, or an error number. */
  connected?(error: number): void;
  connection?(): void;
}

/** What happens to the whole instance. */
export interface InstanceEvents {
  start?(): void;
  deadline?(): void;
  shutdown?(): void;
  idle?(): void;
}

const receivers = new Map<number, Receiver>();
const instanceReceivers: InstanceEvents[] = [];

/** Sends the events of one handle to a receiver. */
export function receive(handle: number, receiver: Receiver): void {
  receivers.set(handle, receiver);
}

/** Ends what `receive` began. */
export function forget(handle: number): void {
  receivers.delete(handle);
}

/** Adds one that is told of the instance's events, in the order of addition. */
export function onInstance(receiver: InstanceEvents): void {
  instanceReceivers.push(receiver);
}

let receiveRequest: ((handle: number, listener: number) => void) | undefined;

/** Names the one that answers requests. */
export function onRequest(receiver: (handle: number, listener: number) => void): void {
  receiveRequest = receiver;
}

function dispatch(event: number, handle: number, value: number): void {
  switch (event) {
    case events.request:
      return receiveRequest?.(handle, value);
    case events.readable:
      return receivers.get(handle)?.readable?.();
    case events.writable:
      return receivers.get(handle)?.writable?.();
    case events.closed:
      return receivers.get(handle)?.closed?.(value);
    case events.connected:
      return receivers.get(handle)?.connected?.(value);
    case events.connection:
      return receivers.get(handle)?.connection?.();
    case events.deadline:
      return instanceReceivers.forEach((each) => each.deadline?.());
    case events.start:
      return instanceReceivers.forEach((each) => each.start?.());
    case events.shutdown:
      return instanceReceivers.forEach((each) => each.shutdown?.());
    case events.idle:
      return instanceReceivers.forEach((each) => each.idle?.());
  }
}

engine.dispatch = dispatch;
