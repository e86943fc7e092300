/** What Solo5's tenders read in a file: an interpreter that is none, and two notes. */
import {
  solo5BlockName,
  solo5DeviceTypes,
  solo5Manifest,
  solo5NetworkName,
  sptAbiVersion,
} from "../../contracts/solo5.ts";
import { programType } from "../elf/format.ts";
import { elfNote } from "../elf/notes.ts";
import type { ElfPart } from "../elf/writer.ts";

/** Devices that an image asks for: a tender starts it with all of them, or not at all. */
export interface Solo5Devices {
  readonly hasNetwork: boolean;
  readonly diskCount: number;
}

/** Keeps Linux from running the file by itself: a path to what cannot be there (elf_abi.h). */
const interpreter = "/nonexistent/solo5/";

/** `SPT_ABI_TARGET`: the tender for seccomp. */
const sptTarget = 2;

const partAlignment = 8;

const owner = "Solo5";
/** Bytes of a note before its contents. */
const noteHeaderBytes = 20;
/** Types of notes are four letters. */
const noteTypes = { abi: typeOf("ABI1"), manifest: typeOf("MFT1") };

/** Everything in an image's file that solo5-spt reads besides segments. */
export function solo5Parts(devices: Solo5Devices): readonly ElfPart[] {
  const { interpreter: interpreterType, note } = programType;
  const abi = new Uint8Array(16);
  new DataView(abi.buffer).setUint32(0, sptTarget, true);
  new DataView(abi.buffer).setUint32(4, sptAbiVersion, true);
  const parts = [
    { type: interpreterType, bytes: new TextEncoder().encode(`${interpreter}\0`) },
    { type: note, bytes: solo5Note(noteTypes.abi, abi, 4) },
    { type: note, bytes: solo5Note(noteTypes.manifest, encodeManifest(devices), 8) },
  ];
  return parts.map((part) => ({ ...part, alignment: partAlignment }));
}

/** A note, its contents aligned as their structure is in C; the padding counts as contents. */
function solo5Note(type: number, contents: Uint8Array, alignment: number): Uint8Array {
  const start = Math.ceil(noteHeaderBytes / alignment) * alignment;
  const padded = new Uint8Array(start - noteHeaderBytes + contents.length);
  padded.set(contents, start - noteHeaderBytes);
  return elfNote(owner, type, padded);
}

/** The manifest, a first entry of no device before the others (mft_abi.h). */
function encodeManifest({ hasNetwork, diskCount }: Solo5Devices): Uint8Array {
  const { none, network, block } = solo5DeviceTypes;
  const entries: (readonly [string, number])[] = [["", none]];
  if (hasNetwork) entries.push([solo5NetworkName, network]);
  for (let disk = 0; disk < diskCount; disk++) entries.push([solo5BlockName(disk), block]);
  const { headerBytes, entryBytes, name, type, version } = solo5Manifest;
  const manifest = new Uint8Array(headerBytes + entries.length * entryBytes);
  const view = new DataView(manifest.buffer);
  view.setUint32(0, version, true);
  view.setUint32(4, entries.length, true);
  entries.forEach(([deviceName, deviceType], index) => {
    const at = headerBytes + index * entryBytes;
    manifest.set(new TextEncoder().encode(deviceName), at + name.offset);
    view.setUint32(at + type, deviceType, true);
  });
  return manifest;
}

function typeOf(letters: string): number {
  return Buffer.from(letters, "latin1").readUInt32LE();
}
