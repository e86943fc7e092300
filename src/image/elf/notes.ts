import { deviceNote } from "../../contracts/image-note.ts";
import { pvhNote } from "./format.ts";

const headerBytes = 12;
/** What a note begins at a multiple of. */
export const noteAlignment = 4;

/** A note (System V ABI, chapter 5): whose it is, of which kind, and contents of whole words. */
export function elfNote(owner: string, type: number, contents: Uint8Array): Uint8Array {
  const name = new TextEncoder().encode(`${owner}\0`);
  const start = headerBytes + Math.ceil(name.length / noteAlignment) * noteAlignment;
  const note = new Uint8Array(start + contents.length);
  const view = new DataView(note.buffer);
  view.setUint32(0, name.length, true);
  view.setUint32(4, contents.length, true);
  view.setUint32(8, type, true);
  note.set(name, headerBytes);
  note.set(contents, start);
  return note;
}

/** PVH's note for what boots a machine, and one for its monitor on devices, unless there are none. */
export function machineNotes(pvhEntry: number, devices: number): Uint8Array {
  const entry = new Uint8Array(BigUint64Array.of(BigInt(pvhEntry)).buffer);
  const bits = new Uint8Array(Uint32Array.of(devices).buffer);
  return Buffer.concat([
    elfNote(pvhNote.owner, pvhNote.type, entry),
    ...(devices === 0 ? [] : [elfNote(deviceNote.owner, deviceNote.type, bits)]),
  ]);
}
