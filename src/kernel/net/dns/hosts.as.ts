// Names that need no server: those of /etc/hosts (hosts(5)), read before the seal, those of the
// setting TSUKI_HOSTS, and localhost.
import * as config from "../../base/config.as";
import * as node from "../../base/machine/node.as";
import { text } from "../../base/text.as";
import { copySetting } from "../../launch/setting.as";
import { allocateFrame, allocateFrames, frameBytes } from "../../memory/frames.as";
import { linuxReadFile } from "../../platform/linux/host-files.as";
import { addressBytes, ipv6 } from "../address.as";
import { parseAddress } from "../address-text.as";
import { readResolverFile } from "./resolvers.as";
import { hasWord, isWord, lineEnd, wordEnd } from "./words.as";

const fileFrames: u32 = 4;
const fileCapacity: u32 = fileFrames * frameBytes;
const settingCapacity: u32 = 2048;
const localName = memory.data<u8>([46, 108, 111, 99, 97, 108, 104, 111, 115, 116]); // .localhost
const localNameBytes: u32 = 10;

let hosts: usize = 0;
let hostsLength: u32 = 0;
let named: usize = 0; // the setting's text, its commas line feeds
let namedLength: u32 = 0;
let isSettingRead = false;

/** Reads both files, as far as there is room. */
export function readHostFiles(): void {
  hosts = allocateFrames(fileFrames);
  const settings = allocateFrames(fileFrames);
  if (hosts == 0 || settings == 0) return;
  hostsLength = readFile(0, hosts);
  readResolverFile(settings, readFile(1, settings));
}

/** Looks a name up: how many addresses of a family (0: any) it wrote, with port 0. */
export function hostsAddresses(
  name: usize, length: u32, family: u32, addresses: usize, limit: u32,
): u32 {
  readSetting();
  let found = findIn(named, namedLength, name, length, addresses, limit);
  if (found == 0) found = findIn(hosts, hostsLength, name, length, addresses, limit);
  if (found != 0 || !isLocal(name, length)) return found;
  const loopback = family == ipv6 ? text("::1") : text("127.0.0.1");
  return <u32>parseAddress(loopback, family == ipv6 ? 3 : 9, addresses);
}

/** localhost, and all names below it (RFC 6761, 6.3). */
function isLocal(name: usize, length: u32): bool {
  if (isWord(name, length, localName + 1, localNameBytes - 1)) return true;
  if (length <= localNameBytes) return false;
  return isWord(name + length - localNameBytes, localNameBytes, localName, localNameBytes);
}

/** TSUKI_HOSTS=address name ...,address name ... */
function readSetting(): void {
  if (isSettingRead) return;
  isSettingRead = true;
  named = allocateFrame();
  if (named == 0) return;
  namedLength = max(copySetting(text("TSUKI_HOSTS"), named, settingCapacity), 0);
  for (let index: u32 = 0; index < namedLength; index++) {
    if (load<u8>(named + index) == 0x2c) store<u8>(named + index, 10);
  }
}

function findIn(
  start: usize, bytes: u32, name: usize, length: u32, addresses: usize, limit: u32,
): u32 {
  let found: u32 = 0;
  const end = start + bytes;
  for (let line = start; line < end && found < limit; ) {
    const stop = lineEnd(line, end);
    const first = wordEnd(line, stop);
    if (first > line && hasWord(first, stop, name, length)) {
      const isAddress = parseAddress(line, <u32>(first - line), addresses + found * addressBytes);
      if (isAddress) found++;
    }
    line = stop + 1;
  }
  return found;
}

function readFile(which: u32, buffer: usize): u32 {
  if (config.platform == config.linux) {
    const path = which == 0 ? text("/etc/hosts") : text("/etc/resolv.conf");
    return linuxReadFile(path, buffer, fileCapacity);
  }
  return config.platform == config.node ? node.hostFile(which, buffer, fileCapacity) : 0;
}
