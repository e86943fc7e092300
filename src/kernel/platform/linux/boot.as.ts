// Boot in a Linux process: memory for the app, fault handler, seal.
import * as config from "../../base/config.as";
import { putDecimal, putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { readHostFiles } from "../../net/dns/hosts.as";
import { openListeners } from "../../net/listeners.as";
import { isNetworkOff, readNetworkSettings } from "../../net/settings.as";
import { findLinuxArguments } from "./arguments.as";
import { openControl } from "./control.as";
import { mapInitialAppPages } from "./app-pages.as";
import { prepareLinuxFiles } from "./folders.as";
import { closeForeignDescriptors } from "./foreign-descriptors.as";
import { hasNamespaces, isIsolated, isolate, readIsolation } from "./isolation.as";
import { openTaps } from "./open-tap.as";
import { linuxExit } from "./process.as";
import { openReadiness } from "./readiness.as";
import { catchStopSignals } from "./stop.as";
import { heedStopSignals, installFaultHandler, seal } from "./seal.as";
import { occupyStandardDescriptors } from "./standard-descriptors.as";

/** Exit status when the host does not let the instance start. */
const startFailure: u32 = 125;

/** Takes possession of the process; ends it with one line when the host does not allow it. */
export function bootLinux(record: u64): void {
  findLinuxArguments(record);
  if (!mapInitialAppPages()) {
    beginMessage(text("the address-space limit (ulimit -v) leaves no room for the app's "));
    putDecimal(<u64>config.appInitialPages * 64);
    putText(text(" KiB of memory; raise it"));
    endMessage();
    linuxExit(startFailure);
  }
  if (!readIsolation() || (isIsolated() && !closeForeignDescriptors())) linuxExit(startFailure);
  if (config.opensSockets || config.opensFiles) occupyStandardDescriptors();
  if (config.canWait && !openControl()) linuxExit(startFailure);
  if (config.opensSockets) prepareSockets();
  if (config.opensFiles && !prepareLinuxFiles()) linuxExit(startFailure);
  if (isIsolated() && !isolate()) linuxExit(startFailure);
  if (!installFaultHandler() || !heedStop() || !seal()) {
    beginMessage(text("this host refuses to seal the process (seccomp); run it in a VM instead"));
    endMessage();
    linuxExit(startFailure);
  }
}

/**
 * Apps whose work the kernel ends in order have the request to stop reported; those that never wait
 * come to their end by themselves, unless somebody made them a PID namespace.
 */
function heedStop(): bool {
  return config.catchesStop || !(config.canWait || hasNamespaces()) ? true : heedStopSignals();
}

/** Opens, while that is still allowed, what sockets need and what listens from the start. */
function prepareSockets(): void {
  if (!openReadiness()) {
    beginMessage(text("this host gives the process no epoll; raise the limit of open files"));
    endMessage();
    linuxExit(startFailure);
  }
  if (config.catchesStop) catchStopSignals();
  if (config.resolvesNames && !config.usesOwnStack) readHostFiles();
  if (!readNetworkSettings()) linuxExit(startFailure);
  if (config.usesOwnStack && !isNetworkOff() && !openTaps()) linuxExit(startFailure);
  if (!openListeners()) linuxExit(startFailure);
}
