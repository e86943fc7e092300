// Numbers of the events for JavaScript (contracts/engine-interface.ts, engineEvents).

/** Once, before all others. */
export const startEvent: i32 = 0;
/** The deadline that was set has come. */
export const deadlineEvent: i32 = 1;
/** A request's head is complete; handle: request. */
export const requestEvent: i32 = 2;
/** There is something to read; handle: request, stream or socket. */
export const readableEvent: i32 = 3;
/** There is room to write again. */
export const writableEvent: i32 = 4;
/** It has ended; value: 0 or an error number. */
export const closedEvent: i32 = 5;
/** A connection was made, or was not; value: 0 or an error number. */
export const connectedEvent: i32 = 6;
/** A listener has a connection. */
export const connectionEvent: i32 = 7;
/** The instance is asked to stop. */
export const shutdownEvent: i32 = 8;
/** Nothing is pending. */
export const idleEvent: i32 = 9;
