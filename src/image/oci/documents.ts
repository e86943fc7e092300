/**
 * The JSON documents of OCI images: index, manifest and configuration, as far as Tsuki reads and
 * writes them (image specification 1.1). Members that it does not know are allowed and ignored.
 */
import { type Static, Type } from "typebox";
import { Value } from "typebox/value";
import { TsukiError } from "../../contracts/errors.ts";
import type { Digest } from "./digest.ts";

/** Media types (image specification, media-types.md). */
export const mediaTypes = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar",
} as const;

/** What registries commonly refuse; nothing that Tsuki makes comes near. */
const documentLimitBytes = 4 * 1024 * 1024;

const digest = Type.Unsafe<Digest>(Type.String({ pattern: "^sha256:[0-9a-f]{64}$" }));
const annotations = Type.Record(Type.String(), Type.String());
const platform = Type.Object({ architecture: Type.String(), os: Type.String() });

const descriptor = Type.Object({
  mediaType: Type.String(),
  digest,
  size: Type.Integer({ minimum: 0, maximum: 2 ** 40 }),
  annotations: Type.Optional(annotations),
  platform: Type.Optional(platform),
});

const index = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  manifests: Type.Array(descriptor, { maxItems: 10_000 }),
  annotations: Type.Optional(annotations),
});

const manifest = Type.Object({
  schemaVersion: Type.Literal(2),
  mediaType: Type.Optional(Type.String()),
  config: descriptor,
  layers: Type.Array(descriptor, { maxItems: 1000 }),
  annotations: Type.Optional(annotations),
});

const step = Type.Object({
  created: Type.Optional(Type.String()),
  created_by: Type.Optional(Type.String()),
  comment: Type.Optional(Type.String()),
  empty_layer: Type.Optional(Type.Boolean()),
});

const config = Type.Object({
  created: Type.Optional(Type.String()),
  architecture: Type.String(),
  os: Type.String(),
  config: Type.Optional(
    Type.Object({
      Entrypoint: Type.Optional(Type.Array(Type.String())),
      Cmd: Type.Optional(Type.Array(Type.String())),
      Env: Type.Optional(Type.Array(Type.String())),
      ExposedPorts: Type.Optional(Type.Record(Type.String(), Type.Object({}))),
      Labels: Type.Optional(annotations),
      StopSignal: Type.Optional(Type.String()),
    }),
  ),
  rootfs: Type.Object({ type: Type.Literal("layers"), diff_ids: Type.Array(digest) }),
  history: Type.Optional(Type.Array(step)),
});

/** Names a blob: its kind, digest and size in bytes. */
export type Descriptor = Static<typeof descriptor>;
/** Several manifests or indexes. */
export type Index = Static<typeof index>;
/** One platform's entry: a configuration and layers. */
export type Manifest = Static<typeof manifest>;
/** How a container of an entry is started, and what its layers hold unpacked. */
export type Config = Static<typeof config>;
/** One step of how an image was made. */
export type HistoryStep = Static<typeof step>;

/** Reads an index; `name` says in messages where it came from. Throws `image-unusable`. */
export function parseIndex(bytes: Uint8Array, name: string): Index {
  return parse(index, bytes, name);
}

/** Reads a manifest. Throws `image-unusable`. */
export function parseManifest(bytes: Uint8Array, name: string): Manifest {
  return parse(manifest, bytes, name);
}

/** Reads a configuration. Throws `image-unusable`. */
export function parseConfig(bytes: Uint8Array, name: string): Config {
  return parse(config, bytes, name);
}

/** A document's bytes: the same for the same members in the same order. */
export function encodeDocument(document: Index | Manifest | Config): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(document));
}

function parse<Schema extends Type.TSchema>(
  schema: Schema,
  bytes: Uint8Array,
  name: string,
): Static<Schema> {
  if (bytes.length > documentLimitBytes) throw unusable(name, "is larger than 4 MiB");
  const document = parseJson(bytes, name);
  if (Value.Check(schema, document)) return document;
  const [problem] = Value.Errors(schema, document);
  throw unusable(name, `${problem?.instancePath || "/"} ${problem?.message ?? "is malformed"}`);
}

function parseJson(bytes: Uint8Array, name: string): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch (error) {
    throw unusable(name, "is no JSON document", error);
  }
}

function unusable(name: string, problem: string, cause?: unknown): TsukiError {
  return new TsukiError("image-unusable", `${name}: ${problem}`, { cause });
}
