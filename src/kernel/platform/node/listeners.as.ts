// Sockets that are open before the app starts, on the node platform.
import * as node from "../../base/machine/node.as";
import { familyOf } from "../../net/address.as";
import { streamType } from "../../net/socket-table.as";

const backlog: u32 = 511;

/** Opens a socket that listens, or takes datagrams: a handle or a negated error number. */
export function nodeOpenListener(type: u32, address: usize): i64 {
  const handle = node.socketOpen(familyOf(address), type);
  if (handle < 0) return handle;
  let result = node.socketBind(<u32>handle, address);
  if (result == 0 && type == streamType) result = node.socketListen(<u32>handle, backlog);
  if (result == 0) return handle;
  node.socketClose(<u32>handle);
  return result;
}
