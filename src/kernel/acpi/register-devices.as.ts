// Virtio devices with memory-mapped registers as the definition block names them: _HID "LNRO0005",
// and behind it _CRS with the place of the registers and the interrupt (ACPI 6.5, 6.1.5, 6.2.2,
// 6.4). Looked for as bytes: their constant form is unmistakable (20.2).

const virtioName: u64 = 0x3530_3030_4f52_4e4c; // "LNRO0005"
const identifierName: u32 = 0x4449_485f; // "_HID"
const resourcesName: u32 = 0x5352_435f; // "_CRS"
const stringPrefix: u32 = 0x0d;
const nameOperator: u32 = 0x08;
const bufferOperator: u32 = 0x11;
const bytePrefix: u32 = 0x0a;
const identifierBytes: u32 = 14; // operator, name, prefix, eight letters

/** How far behind its identifier a device's resources are looked for, in bytes. */
const nearBytes: u32 = 128;

const endTag: u32 = 0x79;
const largeTag: u32 = 0x80;
const memoryTag: u32 = 0x86; // Memory32Fixed (6.4.3.4)
const memoryBytes: u32 = 9;
const interruptTag: u32 = 0x89; // Extended Interrupt (6.4.3.6)
const interruptBytes: u32 = 6;

let address: u32 = 0;
let lengthBytes: u32 = 0;
let interrupt: u32 = 0;

/** Where the registers are of the device that was found last. */
export function foundAddress(): u32 {
  return address;
}

/** Their bytes. */
export function foundBytes(): u32 {
  return lengthBytes;
}

/** The device's global interrupt. */
export function foundInterrupt(): u32 {
  return interrupt;
}

/** Finds the next device from a place on: where to look for the one behind it; 0 for none. */
export function findRegisterDevice(from: usize, end: usize): usize {
  for (; from + identifierBytes <= end; from++) {
    if (!isIdentifier(from)) continue;
    from += identifierBytes;
    if (readResources(from, min(end, from + nearBytes))) return from;
  }
  return 0;
}

function isIdentifier(place: usize): bool {
  return (
    load<u8>(place) == nameOperator &&
    load<u32>(place, 1) == identifierName &&
    load<u8>(place, 5) == stringPrefix &&
    load<u64>(place, 6) == virtioName
  );
}

function readResources(place: usize, end: usize): bool {
  for (; place + 8 <= end; place++) {
    const isName = load<u8>(place) == nameOperator && load<u32>(place, 1) == resourcesName;
    if (!isName || load<u8>(place, 5) != bufferOperator) continue;
    // The length's first byte says how many more it has; behind it is the count of bytes.
    const start = place + 7 + (load<u8>(place, 6) >> 6);
    return start + 2 <= end && load<u8>(start) == bytePrefix && readDescriptors(start + 2, end);
  }
  return false;
}

function readDescriptors(place: usize, end: usize): bool {
  address = 0;
  interrupt = 0;
  while (place + 3 <= end) {
    const tag: u32 = load<u8>(place);
    if (tag == endTag) break;
    const isLarge = (tag & largeTag) != 0;
    const bytes: u32 = isLarge ? load<u16>(place, 1) : tag & 7;
    place += isLarge ? 3 : 1;
    if (place + bytes > end) return false;
    if (tag == memoryTag && bytes == memoryBytes) {
      address = load<u32>(place, 1);
      lengthBytes = load<u32>(place, 5);
    } else if (tag == interruptTag && bytes >= interruptBytes) {
      interrupt = load<u32>(place, 2);
    }
    place += bytes;
  }
  return address != 0 && interrupt != 0;
}
