// The rights that sockets have (typenames.witx, rights).

/** Of a connection or datagram socket: read, set flags, write, status, poll, shutdown. */
export const socketRights: u32 = 0x1820_004a;

/** Of a socket that may also listen: those and accept. */
export const listenerRights: u32 = 0x3820_004a;
