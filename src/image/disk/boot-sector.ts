import { Form } from "../../compiler/machine-x64/encoding.ts";
import { Register, Segment } from "../../compiler/machine-x64/registers.ts";
import { RealModeAssembler } from "./real-mode-assembler.ts";

/** Where firmware loads what it boots. */
const bootSectorAddress = 0x7c00;

/** Where the loader itself begins, a sector behind. */
export const biosLoaderAddress = 0x7e00;

/** Bytes of a sector of a hard disk. */
export const sectorBytes = 512;

/** Bytes of code in front of a master boot record's table. */
const codeBytes = 440;
const signatureOffset = 510;
const packetBytes = 16;
/** INT 18h: firmware tries what it would boot next. */
const nextBootDevice = 0x18;

const { rax, rsi, rsp } = Register;

/** The interrupt of the disks' services. */
export const diskInterrupt = 0x13;

/** The service that reads by block numbers, in ah (Enhanced Disk Drive, 8.22). */
export const extendedRead = 0x42;

/** A disk address packet: `sectors` from `block` on go to a segment and offset (EDD, 8.22.1). */
export function diskAddressPacket(
  sectors: number,
  segment: number,
  offset: number,
  block: number,
): Uint8Array {
  const view = new DataView(new ArrayBuffer(packetBytes));
  view.setUint16(0, packetBytes, true);
  view.setUint16(2, sectors, true);
  view.setUint16(4, offset, true);
  view.setUint16(6, segment, true);
  view.setBigUint64(8, BigInt(block), true);
  return new Uint8Array(view.buffer);
}

/** Segment registers at 0, a stack below the boot sector; dl stays the number of the drive. */
export function enterRealMode(code: RealModeAssembler): void {
  code.emit(Form.cli);
  code.emit(Form.xor_r32_rm32, rax, rax);
  for (const segment of [Segment.ds, Segment.es, Segment.ss]) {
    code.emit(Form.mov_seg_r32, segment, rax);
  }
  code.emitImmediate(Form.mov_r32_imm32, rsp, bootSectorAddress);
  code.emit(Form.sti);
  code.emit(Form.cld);
}

/**
 * The first sector of a hard disk: it reads the loader and jumps there, or, when it cannot, leaves
 * to firmware what to do next.
 */
export function bootSector(loaderBlock: number, loaderSectors: number): Uint8Array {
  const code = new RealModeAssembler(sectorBytes);
  const packet = codeBytes - packetBytes;
  const failed = code.newLabel();
  enterRealMode(code);
  code.emitImmediate(Form.mov_r32_imm32, rsi, bootSectorAddress + packet);
  code.emitImmediate(Form.mov_r32_imm32, rax, extendedRead << 8);
  code.interrupt(diskInterrupt);
  code.jump(Form.jb_rel8, failed);
  farJump(code, biosLoaderAddress);
  code.bind(failed);
  code.interrupt(nextBootDevice);
  const { bytes } = code.finish();
  const sector = new Uint8Array(sectorBytes);
  sector.set(bytes);
  sector.set(diskAddressPacket(loaderSectors, 0, biosLoaderAddress, loaderBlock), packet);
  return signed(sector);
}

/** In place of the first sector where firmware has loaded the whole loader: it jumps there. */
export function emptyBootSector(): Uint8Array {
  const code = new RealModeAssembler(sectorBytes);
  farJump(code, biosLoaderAddress);
  const sector = new Uint8Array(sectorBytes);
  sector.set(code.finish().bytes);
  return signed(sector);
}

function farJump(code: RealModeAssembler, address: number): void {
  code.emitImmediate(Form.jmp_ptr16_32, 0, address, 0);
}

function signed(sector: Uint8Array): Uint8Array {
  sector.set([0x55, 0xaa], signatureOffset);
  return sector;
}
