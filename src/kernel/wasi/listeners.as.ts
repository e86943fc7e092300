// Descriptors for the sockets that are open before the app starts: from 3 on.
import { listenerCount } from "../net/listeners.as";
import { openDescriptor, socketKind } from "./descriptors.as";
import { listenerRights, socketRights } from "./socket-rights.as";

/** Opens a descriptor for each listener, in their order. */
export function openListenerDescriptors(): void {
  const count = listenerCount();
  for (let socket: u32 = 0; socket < count; socket++) {
    openDescriptor(socketKind, socket, 0, listenerRights, socketRights);
  }
}
