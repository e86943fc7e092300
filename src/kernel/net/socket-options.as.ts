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
/** Hops that packets live (IP_TTL, IPV6_UNICAST_HOPS). */
export const hopLimitOption: u32 = 22;
/** The same of those to groups (IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS). */
export const groupHopLimitOption: u32 = 23;
/** Whether those to groups are for this host's listeners, too (IP_MULTICAST_LOOP). */
export const groupLoopOption: u32 = 24;
/** The interface of those to groups and 1, 0 for any (IPV6_MULTICAST_IF). */
export const groupInterfaceOption: u32 = 25;
/** Differentiated services (IP_TOS, IPV6_TCLASS). */
export const trafficClassOption: u32 = 26;
/** Refuse datagrams that are too long for their path (IP_MTU_DISCOVER, IPV6_DONTFRAG). */
export const wholeOption: u32 = 27;
/** Milliseconds without an acknowledgement that end a connection; 0 for the usual. */
export const userTimeoutOption: u32 = 21;
