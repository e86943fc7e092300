/**
 * Images of an app whose data alone have changed, such as an engine with another program in it: the
 * frame around the app's memory is kept from one build to the next.
 */
import { createHash } from "node:crypto";
import { splitModule } from "../compiler/driver/split-module.ts";
import type { BuildRequest, ObjectCache } from "../contracts/build.ts";
import { appBase } from "../contracts/machine-interface.ts";
import { type AppImage, appImageOf } from "./app-image.ts";
import { readElf } from "./elf/reader.ts";
import { writeElf } from "./elf/writer.ts";
import { isMappedByKernel, wasmPageBytes } from "./layout/image-layout.ts";

/** An image's frame by its name among the kept ones, and what belongs into it. */
export interface Frame {
  readonly key: string;
  readonly appImage: AppImage;
}

/**
 * The frame of the image that a request asks for. Undefined where the app's memory decides more than
 * its own segment's contents: on other platforms than `linux`, with debug information, and
 * if the memory is small.
 */
export function frameOf(request: BuildRequest): Frame | undefined {
  const { platform, kernel, app, code, maximumPages, defaults, embeddedTree, hasTap } = request;
  // Debug information speaks of the whole program.
  if (platform !== "linux" || request.hasDebugInfo === true) return undefined;
  const split = splitModule(app);
  if (split === undefined || !isMappedByKernel(split.initialPages)) return undefined;
  const appImage = appImageOf(split.memory, wasmPageBytes);
  const { offset, memorySize } = appImage;
  const place = [offset, memorySize, split.initialPages, maximumPages, hasTap];
  const hash = createHash("sha256").update(JSON.stringify([split.shape, place, defaults, code]));
  for (const part of [kernel, embeddedTree ?? new Uint8Array(0)]) {
    hash.update(`${part.length} `).update(part);
  }
  return { key: hash.digest("hex"), appImage };
}

/** The image in a kept frame; undefined if there is no such frame. */
export function relink({ key, appImage }: Frame, frames: ObjectCache): Uint8Array | undefined {
  const kept = frames.read(key);
  return kept === undefined ? undefined : withContents(kept, appImage, appImage.bytes);
}

/** Keeps the frame of an image. */
export function keepFrame(frame: Frame, image: Uint8Array, frames: ObjectCache): void {
  frames.write(frame.key, withContents(image, frame.appImage, new Uint8Array(0)));
}

/** A file with other contents of the app's segment, which comes last. */
function withContents(file: Uint8Array, { offset }: AppImage, bytes: Uint8Array): Uint8Array {
  const { entry, segments } = readElf(file);
  const address = Number(appBase) + offset;
  const others = segments.filter((segment) => segment.address !== address);
  const app = segments.filter((segment) => segment.address === address);
  const ordered = others.sort((one, other) => one.fileOffset - other.fileOffset);
  const changed = app.map((segment) => ({ ...segment, bytes }));
  return writeElf({ entry, segments: [...ordered, ...changed], mappable: true });
}
