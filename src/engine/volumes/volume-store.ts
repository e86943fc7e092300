/** The volumes of a user, and who uses them. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Static, Type } from "typebox";
import { TsukiError } from "../../contracts/errors.ts";
import { attempt } from "../attempt.ts";
import { dataFolder } from "../data-folder.ts";
import type { StoredInstance } from "../instances/instance-store.ts";
import { damagedState, NamedFolders, readDocument } from "../named-folders.ts";
import { isAlive, processIdentity, thisProcess } from "../process-identity.ts";
import { makeDiskImage, storedBytes } from "./disk-image.ts";

const volumeRecord = Type.Object({
  version: Type.Literal(1),
  name: Type.String(),
  /** ISO 8601. */
  created: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
  /** Bytes of a disk; a folder has none. */
  size: Type.Optional(Type.Integer({ minimum: 1 })),
});

const usersDocument = Type.Object({ users: Type.Array(processIdentity) });
const usersFile = "users.json";
const contentFolder = "data";
const diskFile = "disk.img";

/** What a volume is. */
export type VolumeKind = "folder" | "disk";

/** A volume that is to be used. */
export interface WantedVolume {
  readonly name: string;
  /** Whether it must be a disk; one that is not there becomes a folder otherwise. */
  readonly isDisk: boolean;
}

/** A named folder, or a disk, that outlives instances. */
export interface Volume extends Omit<Static<typeof volumeRecord>, "version"> {
  readonly kind: VolumeKind;
  /** The folder that apps see, or the disk's file. */
  readonly path: string;
  /** Bytes of a disk that take room on the host. */
  readonly storedBytes?: number;
  /** Names of instances whose it is, running or not, and processes that run one in the foreground. */
  readonly usedBy: readonly string[];
}

/** Tells of instances, when it is asked. */
type ListInstances = () => readonly StoredInstance[];

/** All volumes of one user. */
export class VolumeStore {
  readonly #folders: NamedFolders;
  readonly #listInstances: ListInstances;

  constructor(folder: string, listInstances: ListInstances) {
    this.#folders = new NamedFolders(folder, "volume");
    this.#listInstances = listInstances;
  }

  /** Every volume by its name. Throws `state-damaged`. */
  list(): readonly Volume[] {
    const instances = this.#listInstances();
    return this.#folders.names().flatMap((name) => this.#find(name, instances) ?? []);
  }

  /** Volumes of these names. Throws `volume-missing`. */
  require(names: readonly string[]): readonly Volume[] {
    const instances = this.#listInstances();
    return names.map((name) => this.#find(name, instances) ?? missing(name));
  }

  /**
   * Makes an empty volume: a disk of so many bytes, or a folder. Throws `usage` when the name is none or
   * taken, `store-unwritable`.
   */
  async create(
    name: string,
    labels: Readonly<Record<string, string>>,
    now: string,
    sizeBytes?: number,
  ): Promise<void> {
    await this.#folders.alone(async () => this.#make(name, labels, now, sizeBytes));
  }

  /**
   * Makes folders that are not there, and notes this process as a user of all until it ends: they are
   * safe until an instance's record names them. Throws `volume-missing` for a disk that is not there,
   * `usage` for a folder where a disk is wanted.
   */
  async hold(wanted: readonly WantedVolume[], now: string): Promise<readonly Volume[]> {
    return await this.#folders.alone(async () =>
      wanted.map(({ name, isDisk }) => {
        if (this.#folders.readRecord(name) === undefined) {
          if (isDisk) throw missingDisk(name);
          this.#make(name, {}, now);
        }
        const volume = this.#find(name, []) ?? missing(name);
        if (isDisk && volume.kind !== "disk") throw noDisk(name);
        const users = [...this.#users(name), thisProcess()];
        this.#folders.write(name, usersFile, { users });
        return volume;
      }),
    );
  }

  /** Removes a volume and what is in it. Throws `volume-missing`, `volume-busy`. */
  async remove(name: string): Promise<void> {
    await this.#folders.alone(async () => {
      const volume = this.#find(name, this.#listInstances()) ?? missing(name);
      if (volume.usedBy.length > 0) throw busy(volume);
      this.#folders.remove(name);
    });
  }

  /** Removes volumes that nobody uses; their names. */
  async prune(): Promise<readonly string[]> {
    return await this.#folders.alone(async () => {
      const unused = this.list().filter(({ usedBy }) => usedBy.length === 0);
      for (const { name } of unused) this.#folders.remove(name);
      return unused.map(({ name }) => name);
    });
  }

  #make(
    name: string,
    labels: Readonly<Record<string, string>>,
    created: string,
    size?: number,
  ): void {
    const record = { version: 1, name, created, labels, ...(size === undefined ? {} : { size }) };
    this.#folders.create(name, record, (folder) => {
      if (size === undefined) mkdirSync(join(folder, contentFolder), { mode: 0o755 });
      else makeDiskImage(join(folder, diskFile), size);
    });
  }

  #find(name: string, instances: readonly StoredInstance[]): Volume | undefined {
    const text = this.#folders.readRecord(name);
    if (text === undefined) return undefined;
    const path = this.#folders.recordPathOf(name);
    const { version: _, ...record } = readDocument(volumeRecord, text, path);
    if (record.name !== name) throw damagedState(path, `is the record of ${record.name}`);
    const owners = instances.filter((one) => one.record.volumes?.includes(name));
    const usedBy = [
      ...owners.map((one) => one.record.name),
      ...this.#users(name).map(({ pid }) => `process ${pid}`),
    ];
    const folder = this.#folders.pathOf(name);
    if (record.size === undefined) {
      return { ...record, kind: "folder", path: join(folder, contentFolder), usedBy };
    }
    const image = join(folder, diskFile);
    return { ...record, kind: "disk", path: image, storedBytes: storedBytes(image), usedBy };
  }

  /** Processes that use it and live; a file that is not there or damaged names none. */
  #users(name: string) {
    const path = join(this.#folders.pathOf(name), usersFile);
    const text = this.#folders.readFile(name, usersFile);
    const document = attempt(() => readDocument(usersDocument, text ?? "", path));
    return (document?.users ?? []).filter(isAlive);
  }
}

/** The volumes of a user with this environment. */
export function volumeStore(environment: NodeJS.ProcessEnv, instances: ListInstances): VolumeStore {
  return new VolumeStore(join(dataFolder(environment), "volumes"), instances);
}

function missing(name: string): never {
  const advice = "`tsuki volume ls` lists those there are";
  throw new TsukiError("volume-missing", `no volume is called ${name}; ${advice}`);
}

function missingDisk(name: string): TsukiError {
  const advice = `make it with \`tsuki volume create --size 64m ${name}\``;
  return new TsukiError("volume-missing", `no disk is called ${name}; ${advice}`);
}

function noDisk(name: string): TsukiError {
  return new TsukiError("usage", `the volume ${name} is a folder, and no disk; mount it with -v`);
}

function busy({ name, usedBy }: Volume): TsukiError {
  const advice = "remove what uses it first";
  return new TsukiError(
    "volume-busy",
    `the volume ${name} is used by ${usedBy.join(", ")}; ${advice}`,
  );
}
