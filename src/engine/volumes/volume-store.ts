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

const volumeRecord = Type.Object({
  version: Type.Literal(1),
  name: Type.String(),
  /** ISO 8601. */
  created: Type.String(),
  labels: Type.Record(Type.String(), Type.String()),
});

const usersDocument = Type.Object({ users: Type.Array(processIdentity) });
const usersFile = "users.json";
const contentFolder = "data";

/** A named folder that outlives instances. */
export interface Volume extends Omit<Static<typeof volumeRecord>, "version"> {
  /** The folder that apps see. */
  readonly path: string;
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

  /** Makes an empty volume. Throws `usage` when the name is none or taken, `store-unwritable`. */
  async create(name: string, labels: Readonly<Record<string, string>>, now: string): Promise<void> {
    await this.#folders.alone(async () => this.#make(name, labels, now));
  }

  /**
   * Makes volumes that are not there, and notes this process as a user of all until it ends: they are
   * safe until an instance's record names them. Returns the folder of each.
   */
  async hold(names: readonly string[], now: string): Promise<readonly string[]> {
    return await this.#folders.alone(async () =>
      names.map((name) => {
        if (this.#folders.readRecord(name) === undefined) this.#make(name, {}, now);
        const users = [...this.#users(name), thisProcess()];
        this.#folders.write(name, usersFile, { users });
        return this.#contentOf(name);
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

  #make(name: string, labels: Readonly<Record<string, string>>, created: string): void {
    this.#folders.create(name, { version: 1, name, created, labels }, (folder) => {
      mkdirSync(join(folder, contentFolder), { mode: 0o755 });
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
    return { ...record, path: this.#contentOf(name), usedBy };
  }

  #contentOf(name: string): string {
    return join(this.#folders.pathOf(name), contentFolder);
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

function busy({ name, usedBy }: Volume): TsukiError {
  const advice = "remove what uses it first";
  return new TsukiError(
    "volume-busy",
    `the volume ${name} is used by ${usedBy.join(", ")}; ${advice}`,
  );
}
