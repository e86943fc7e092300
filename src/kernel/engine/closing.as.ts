// The end of a channel, and of all that it has.
import { Channel, channelAt, freeChannel, listenerKind } from "./channels.as";
import { stopConnecting } from "./connecting.as";
import { free } from "./quickjs.as";
import { dropOutput } from "./stream-output.as";

/** Closes a channel; a listener's connections that nobody has accepted go with it. */
export function closeChannel(channel: Channel): void {
  if (channel.kind == listenerKind) {
    for (let waiting = takeWaiting(channel); waiting != null; waiting = takeWaiting(channel)) {
      closeChannel(waiting);
    }
  }
  stopConnecting(channel);
  dropOutput(channel);
  if (channel.content != 0) free(channel.content);
  freeChannel(channel);
}

/** The connection that has waited longest to be accepted; null when there is none. */
export function takeWaiting(listener: Channel): Channel | null {
  if (listener.firstWaiting == 0) return null;
  const channel = channelAt(listener.firstWaiting - 1);
  if (channel == null) return null;
  listener.firstWaiting = channel.nextWaiting;
  listener.waitingCount--;
  return channel;
}
