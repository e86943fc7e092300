/**
 * WasmEdge's sockets beside WASI preview 1, as data. They are imported from WASI's own module; the
 * names of the second version end in `_v2`.
 *
 * Families are 1 (IPv4) and 2 (IPv6), types 1 (datagram) and 2 (stream). An address is a pair of u32,
 * pointer and size, of 4 or 16 bytes of address, or of 128: u16 family, then the address. Ports are
 * u32 in host order.
 */
import type { FunctionSignature } from "./wasi-preview1.ts";

/** One function: its signature, and the kernel's export that meets it. */
export interface SocketFunction extends FunctionSignature {
  readonly kernelExport: string;
}

/** All parameters are i32; the result is a WASI error number. */
function define(kernelExport: string, parameterCount: number): SocketFunction {
  return {
    kernelExport,
    parameters: Array.from({ length: parameterCount }, () => "i32" as const),
    results: ["i32"],
  };
}

/** The functions of WasmEdge's extension by name. */
export const wasmEdgeFunctions = {
  sock_open: define("sock_open", 3), // family, type, result
  sock_open_v2: define("sock_open", 3),
  sock_bind: define("sock_bind", 3), // descriptor, address, port
  sock_bind_v2: define("sock_bind", 3),
  sock_listen: define("sock_listen", 2), // descriptor, backlog
  sock_listen_v2: define("sock_listen", 2),
  sock_accept_v2: define("sock_accept", 3), // descriptor, fdflags, result
  sock_connect: define("sock_connect", 3), // descriptor, address, port
  sock_connect_v2: define("sock_connect", 3),
  sock_recv_v2: define("sock_recv", 6),
  // descriptor, vectors, count, address, flags, port, length, result flags
  sock_recv_from: define("sock_recv_from", 8),
  sock_recv_from_v2: define("sock_recv_from", 8),
  sock_send_v2: define("sock_send", 5),
  // descriptor, vectors, count, address, port, flags, length
  sock_send_to: define("sock_send_to", 7),
  sock_send_to_v2: define("sock_send_to", 7),
  sock_getlocaladdr: define("sock_getlocaladdr", 4), // descriptor, address, type, port
  sock_getlocaladdr_v2: define("sock_getlocaladdr_v2", 3), // descriptor, address, port
  sock_getpeeraddr: define("sock_getpeeraddr", 4),
  sock_getpeeraddr_v2: define("sock_getpeeraddr_v2", 3),
  // name, its length, service, its length, hints, results, limit, count
  sock_getaddrinfo: define("sock_getaddrinfo", 8),
  sock_getsockopt: define("sock_getsockopt", 5), // descriptor, level, name, value, size
  sock_setsockopt: define("sock_setsockopt", 5), // the last is the size itself
} as const satisfies Record<string, SocketFunction>;
