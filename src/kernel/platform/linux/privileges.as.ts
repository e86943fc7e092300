// Rights that a Linux process gives up: capabilities and root (capabilities(7), credentials(7)).
import * as config from "../../base/config.as";
import * as host from "../../base/machine/host.as";
import { hasFolders } from "../../files/host-mounts.as";
import { isNetworkOff, mayPublishBelow } from "../../net/settings.as";

const poll = 7;
const geteuid = 107;
const setgroups = 116;
const setresuid = 117;
const setresgid = 119;
const capset = 126;
const prctl = 157;
const exitGroup = 231;

const setDeathSignal: u64 = 1; // PR_SET_PDEATHSIG
const getDeathSignal: u64 = 2;
const setKeepCapabilities: u64 = 8; // PR_SET_KEEPCAPS
const dropFromBoundingSet: u64 = 24; // PR_CAPBSET_DROP

const capabilityVersion: u64 = 0x2008_0522; // _LINUX_CAPABILITY_VERSION_3
const capabilityLimit: u64 = 64;
const bindService: u32 = 1 << 10; // CAP_NET_BIND_SERVICE
const firstFreePort: u32 = 1024;
const nobody: u64 = 65_534;
const standardOutput: u32 = 1;
const killed: u64 = 137; // 128 + SIGKILL

// The headers and both halves of capset's sets; struct pollfd, or the number of a signal.
const record = memory.data(32, 8);

/** Root becomes nobody, unless it has folders, whose files may be root's. */
export function leaveRoot(): void {
  if (host.setup(geteuid, 0, 0, 0, 0, 0, 0) != 0) return;
  for (let capability: u64 = 0; capability < capabilityLimit; capability++) {
    if (host.setup(prctl, dropFromBoundingSet, capability, 0, 0, 0, 0) < 0) break;
  }
  if (config.opensFiles && hasFolders()) return;
  store<u32>(record, 0);
  host.setup(prctl, getDeathSignal, record, 0, 0, 0, 0);
  const signal = load<u32>(record);
  host.setup(prctl, setKeepCapabilities, 1, 0, 0, 0, 0);
  host.setup(setgroups, 0, 0, 0, 0, 0, 0);
  host.setup(setresgid, nobody, nobody, nobody, 0, 0, 0);
  host.setup(setresuid, nobody, nobody, nobody, 0, 0, 0);
  if (signal != 0) endWithParent(signal);
}

/** Another user is not killed with the parent any more, unless they ask for it once more. */
function endWithParent(signal: u32): void {
  host.setup(prctl, setDeathSignal, signal, 0, 0, 0, 0);
  store<u32>(record, standardOutput);
  store<u32>(record, 0, 4);
  // Whoever asked for it reads this; it is no more if it died meanwhile.
  if (host.setup(poll, record, 1, 0, 0, 0, 0) > 0) host.setup(exitGroup, killed, 0, 0, 0, 0, 0);
}

/** Gives up every capability but the one to open the ports of the host that it is to open. */
export function dropCapabilities(): void {
  if (!mayBindService() || !setCapabilities(bindService)) setCapabilities(0);
}

function mayBindService(): bool {
  if (!config.opensSockets || config.usesOwnStack || isNetworkOff()) return false;
  return mayPublishBelow(firstFreePort);
}

function setCapabilities(set: u32): bool {
  store<u64>(record, capabilityVersion);
  store<u32>(record, set, 8); // effective
  store<u32>(record, set, 12); // permitted
  store<u64>(record, 0, 16); // inheritable, and the other half
  store<u64>(record, 0, 24);
  return host.setup(capset, record, record + 8, 0, 0, 0, 0) == 0;
}
