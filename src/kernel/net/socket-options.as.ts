// The options of a socket. Values are numbers: 0 and 1, bytes, nanoseconds of timeouts, seconds of
// lingering (-1 for none). Up to 14 they have the numbers of WasmEdge's extension.

/** Bind although connections of an earlier listener linger. */
export const reuseOption: u32 = 0;
/** The socket's type; read only. */
export const typeOption: u32 = 1;
/** The pending error, which reading clears; read only. */
export const errorOption: u32 = 2;
/** Send to broadcast addresses. */
export const broadcastOption: u32 = 4;
/** Bytes of the send buffer. */
export const sendBufferOption: u32 = 5;
/** Bytes of the receive buffer. */
export const receiveBufferOption: u32 = 6;
/** Probe idle connections. */
export const keepAliveOption: u32 = 7;
/** How long closing waits for what is not yet sent. */
export const lingerOption: u32 = 9;
/** How long receiving waits. */
export const receiveTimeoutOption: u32 = 11;
/** How long sending waits. */
export const sendTimeoutOption: u32 = 12;
/** Whether it listens; read only. */
export const acceptingOption: u32 = 13;
/** Send small segments at once (TCP_NODELAY). */
export const noDelayOption: u32 = 16;
/** Take IPv6 alone (IPV6_V6ONLY). */
export const ipv6OnlyOption: u32 = 17;
/** Seconds of silence after which an idle connection is probed (TCP_KEEPIDLE). */
export const keepAliveIdleOption: u32 = 18;
/** Seconds between such probes (TCP_KEEPINTVL). */
export const keepAliveIntervalOption: u32 = 19;
/** Probes without an answer that end it (TCP_KEEPCNT). */
export const keepAliveCountOption: u32 = 20;
/** Milliseconds without an acknowledgement that end a connection; 0 for the usual. */
export const userTimeoutOption: u32 = 21;
