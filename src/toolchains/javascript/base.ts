/** The engine with the library in it, made when the package is built, or here from the sources. */
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { bundleLibrary } from "./bundle.ts";
import { makeBase } from "./evaluate.ts";

/** In the package it lies beside the bundles or their chunks. */
const places = ["./javascript/engine.wasm", "../javascript/engine.wasm"];

let made: Promise<Uint8Array> | undefined;

/** The engine module that every program begins with; made once a process. */
export async function engineBase(): Promise<Uint8Array> {
  made ??= findOrMake();
  return await made;
}

async function findOrMake(): Promise<Uint8Array> {
  const paths = places.map((place) => fileURLToPath(new URL(place, import.meta.url)));
  const found = paths.find((path) => existsSync(path));
  return found === undefined ? await makeEngineBase() : readFileSync(found);
}

/** Makes the engine module from quickjs-wasi's and the library's sources. */
export async function makeEngineBase(): Promise<Uint8Array> {
  const path = createRequire(import.meta.url).resolve("quickjs-wasi/quickjs.wasm");
  return makeBase(readFileSync(path), (await bundleLibrary()).code);
}
