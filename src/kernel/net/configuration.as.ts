// Addresses of the interfaces, as somebody outside says (contracts/control-channel.ts): a word for
// each, with entries behind one another that commas divide.
import { putBytes, putText } from "../base/line.as";
import { text } from "../base/text.as";
import { beginMessage, endMessage } from "../console/message.as";
import { familyOf, ipv4 } from "./address.as";
import { parseAddress } from "./address-text.as";
import { startDhcp } from "./dhcp/client.as";
import { addServer } from "./dns/host-files.as";
import { ethernetInterface, interfaceAt, interfaceLimit } from "./link/interfaces.as";
import { entryEnd, parsePort } from "./settings.as";
import { configureAddress, configureAutomatically, configureGateway } from "./stack.as";
import { toStackAddress } from "./stack-socket.as";

const wordBytes: u32 = 256;
const wordLimit: u32 = 3;
const words = memory.data(768, 8); // wordLimit texts, each with a NUL behind it
let wordCount: u32 = 0;

const address = memory.data(20, 8);
const bytes = memory.data(16, 8);

/** Keeps the value of a word, which ends with a blank, a NUL, or at `last`. */
export function noteInterfaceWord(value: usize, last: u64): void {
  if (wordCount == wordLimit) return;
  const word = words + wordCount * wordBytes;
  wordCount++;
  for (let index: u32 = 0; index < wordBytes - 1 && <u64>value < last; index++, value++) {
    const byte = load<u8>(value);
    if (byte == 0 || byte == 0x20) return;
    store<u8>(word + index, byte);
  }
}

/** Gives each interface the addresses of its word; the first word is the first device's. */
export function configureInterfaces(now: u64): void {
  let word: u32 = 0;
  for (let number: u32 = 0; number < interfaceLimit && word < wordCount; number++) {
    if (interfaceAt(number).kind != ethernetInterface) continue;
    configureInterface(number, words + word * wordBytes, now);
    word++;
  }
}

/** Gives an interface what a text says, as far as that can be read; a line says what cannot. */
function configureInterface(number: u32, start: usize, now: u64): void {
  let end = start;
  while (load<u8>(end) != 0) end++;
  while (start < end) {
    const stop = entryEnd(start, end);
    if (!configureEntry(number, start, stop, now)) {
      beginMessage(text("network setting \""));
      putBytes(start, <u32>(stop - start));
      putText(text("\" is malformed"));
      endMessage();
    }
    start = stop + 1;
  }
}

function configureEntry(number: u32, start: usize, end: usize, now: u64): bool {
  const auto = valueOf(text("auto"), start, end);
  if (auto != 0) {
    configureAutomatically(number, now);
    return auto == end;
  }
  const dhcp = valueOf(text("dhcp"), start, end);
  if (dhcp != 0) {
    startDhcp(number, now);
    return dhcp == end;
  }
  const gateway = valueOf(text("gateway="), start, end);
  if (gateway != 0) return readAddress(gateway, end) && configureGateway(number, bytes);
  const server = valueOf(text("dns="), start, end);
  if (server != 0) return readAddress(server, end) && addServer(address);
  return configurePrefix(number, start, end);
}

/** An address and the bits of its network: 10.0.0.2/24. */
function configurePrefix(number: u32, start: usize, end: usize): bool {
  let slash = start;
  while (slash < end && load<u8>(slash) != 0x2f) slash++;
  if (slash == end || !readAddress(start, slash)) return false;
  const bits = parsePort(slash + 1, end);
  const unused: i32 = familyOf(address) == ipv4 ? 96 : 0;
  if (bits < 0 || bits + unused > 128) return false;
  return configureAddress(number, bytes, bits + unused);
}

function readAddress(start: usize, end: usize): bool {
  if (!parseAddress(start, <u32>(end - start), address)) return false;
  toStackAddress(address, bytes);
  return true;
}

/** Where the rest of an entry begins that begins with a name; 0 for others. */
function valueOf(name: usize, start: usize, end: usize): usize {
  for (; load<u8>(name) != 0; name++, start++) {
    if (start == end || load<u8>(start) != load<u8>(name)) return 0;
  }
  return start;
}
