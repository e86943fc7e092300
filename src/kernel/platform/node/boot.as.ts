// Boot on the node platform: the launch record, and what listens from the start.
import * as config from "../../base/config.as";
import * as node from "../../base/machine/node.as";
import { readHostFiles } from "../../net/dns/hosts.as";
import { openListeners } from "../../net/listeners.as";
import { readNetworkSettings } from "../../net/settings.as";
import { fetchNodeLaunchRecord } from "./launch.as";

/** Exit status when the host does not let the instance start. */
const startFailure: u32 = 125;

/** Learns what the monitor has to say; ends the instance when it cannot listen as it is told. */
export function bootNode(): void {
  fetchNodeLaunchRecord();
  if (!config.opensSockets) return;
  if (config.resolvesNames) readHostFiles();
  if (!readNetworkSettings() || !openListeners()) node.exit(startFailure);
}
