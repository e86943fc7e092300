// The interface's address in the words that Mirage's unikernels take, and that urunc gives to all
// guests of Solo5's: --ipv4=<address>/<bits> and --ipv4-gateway=<address>.
import { text } from "../../base/text.as";
import { noteNetworkWord, ownForm } from "../../net/configuration.as";

const valueLimit: u32 = 32;
const setting = memory.data(128, 8); // entries of a word of our own form
let length: u32 = 0;

/** Takes a word, which ends with a NUL, if it is one of these. */
export function takeAddressWord(word: usize): bool {
  const address = valueOf(text("--ipv4="), word);
  const gateway = valueOf(text("--ipv4-gateway="), word);
  if (address != 0 && length == 0) append(address);
  if (gateway != 0 && length != 0) {
    append(text(",gateway="));
    append(gateway);
  }
  return address != 0 || gateway != 0;
}

/** Has the interface get what was taken. */
export function noteAddressWords(): void {
  if (length != 0) noteNetworkWord(ownForm, setting, <u64>setting + length);
}

function append(value: usize): void {
  for (let at: u32 = 0; at < valueLimit && load<u8>(value + at) != 0 && length < 127; at++) {
    store<u8>(setting + length++, load<u8>(value + at));
  }
}

/** Where the value begins of a word that begins so, or 0. */
function valueOf(name: usize, word: usize): usize {
  for (; load<u8>(name) != 0; name++, word++) {
    if (load<u8>(word) != load<u8>(name)) return 0;
  }
  return word;
}
