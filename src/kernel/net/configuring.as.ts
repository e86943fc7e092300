// Whether this host still waits for its addresses, so that what needs one waits, too.
import { isLeasePending } from "./dhcp/client.as";
import { isAutoconfigurationPending } from "./ip/autoconfiguration.as";
import { isIpv4Address } from "./wire/ip.as";

/** How long after the start addresses are waited for: DHCP has asked three times by then. */
const patience: u64 = 15_000_000_000;

let giveUpAt: u64 = 0;

/** Begins: addresses are being asked for. */
export function beginConfiguring(now: u64): void {
  giveUpAt = now + patience;
}

/** When whatever still waits for an address is told that there is none. */
export function configuringDeadline(): u64 {
  return giveUpAt;
}

/** Whether an address may still come from which the one of 16 bytes can be reached. */
export function awaitsConfiguration(remote: usize, now: u64): bool {
  if (now >= giveUpAt) return false;
  return isIpv4Address(remote) ? isLeasePending() : isAutoconfigurationPending();
}

/** Whether any address may still come. */
export function isConfiguring(now: u64): bool {
  return now < giveUpAt && (isLeasePending() || isAutoconfigurationPending());
}
