// What keeps a Linux process from its host besides the seal: no right that it could do without, no
// descriptor that it was not meant to have, no file but those below its folders, and where it was
// asked for (TSUKI_ISOLATION), namespaces of its own. Each part is for what the others might miss.
import * as config from "../../base/config.as";
import { putText } from "../../base/line.as";
import { text } from "../../base/text.as";
import { beginMessage, endMessage } from "../../console/message.as";
import { copyVariable } from "../../launch/strings.as";
import { isNetworkOff } from "../../net/settings.as";
import { hideLinuxVariable } from "./arguments.as";
import { restrictByLandlock } from "./landlock.as";
import { enterNamespaces } from "./namespaces.as";
import { dropCapabilities, leaveRoot } from "./privileges.as";

const valueLimit: u32 = 8;
const noneWord: u32 = 0x656e_6f6e; // "none"
const autoWord: u32 = 0x6f74_7561; // "auto"
const requiredWord: u64 = 0x6465_7269_7571_6572; // "required"

const value = memory.data(8, 8);

let isWanted = false;
let isRequired = false;

/** Reads what is asked for, of which the app is not told; false, with a line, for anything else. */
export function readIsolation(): bool {
  const name = text("TSUKI_ISOLATION");
  const length = copyVariable(name, value, valueLimit);
  if (length == -1) return true;
  hideLinuxVariable(name);
  isRequired = length == 8 && load<u64>(value) == requiredWord;
  isWanted = isRequired || (length == 4 && load<u32>(value) == autoWord);
  const isDeclined = length == 4 && load<u32>(value) == noneWord;
  return isWanted || isDeclined || report(text(" is none of auto, required and none"), text(""));
}

/** Whether the process is to have namespaces. */
export function hasNamespaces(): bool {
  return isWanted;
}

/** Whether there is anything to do: the seal alone allows no call that the rest would refuse. */
export function isIsolated(): bool {
  return isWanted || config.opensFiles || config.opensSockets;
}

/** Does it, once everything is open; false, with a line, when what is required cannot be had. */
export function isolate(): bool {
  let missing: usize = 0;
  if (isWanted) {
    missing = enterNamespaces(hasNoHostNetwork());
    leaveRoot();
  }
  dropCapabilities();
  if (!restrictByLandlock()) missing = text("Landlock");
  return missing == 0 || !isRequired || report(text("=required: this host has no "), missing);
}

/** Whether it could open sockets of the host's, and is to have none. */
function hasNoHostNetwork(): bool {
  return config.opensSockets && (config.usesOwnStack || isNetworkOff());
}

function report(problem: usize, what: usize): bool {
  beginMessage(text("TSUKI_ISOLATION"));
  putText(problem);
  putText(what);
  endMessage();
  return false;
}
