/** The folders of instances. */
import { randomBytes } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { TsukiError } from "../../contracts/errors.ts";
import { supervisorFiles } from "../../contracts/supervisor.ts";
import { flushToDisk, flushToDiskNow, makeFolder, writeFileAtomically } from "../atomic-file.ts";
import { attempt } from "../attempt.ts";
import { bootId } from "../boot-id.ts";
import { withLock } from "../lock.ts";
import { isName, nameRule } from "../name-form.ts";
import { noteEvent } from "./events.ts";
import { type InstanceRecord, parseInstanceRecord, recordFile } from "./instance-record.ts";
import { type InstanceState, instanceState } from "./instance-state.ts";
import { inventName } from "./names.ts";
import { livingSupervisors } from "./supervisor.ts";

const idForm = /^[0-9a-f]{64}$/;
/** Beside the names, and none: the start of the host since which they are known to be whole. */
const bootLink = ".boot";

const shortIdLength = 12;

/** An instance and what it does. */
export interface StoredInstance {
  readonly record: InstanceRecord;
  readonly state: InstanceState;
  readonly folder: string;
}

/** The digits by which people call an instance. */
export function shortInstanceId({ record }: StoredInstance): string {
  return record.id.slice(0, shortIdLength);
}

/** All instances of one user. */
export class InstanceStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Where all instances are. */
  get folder(): string {
    return this.#folder;
  }

  /** Every instance, the newest first; `onDamaged` is told of those that cannot be read, or they throw. */
  list(onDamaged: (error: TsukiError) => void = refuse): readonly StoredInstance[] {
    const isSupervised = livingSupervisors();
    const open = (id: string): StoredInstance | undefined => {
      try {
        return this.#open(id, isSupervised);
      } catch (error) {
        if (!(error instanceof TsukiError)) throw error;
        onDamaged(error);
        return undefined;
      }
    };
    return this.#ids()
      .flatMap((id) => open(id) ?? [])
      .sort((one, other) => (one.record.created < other.record.created ? 1 : -1));
  }

  /** The instance of a name or of the beginning of an id. Throws `instance-missing`, `usage`. */
  require(text: string): StoredInstance {
    const named = this.#findNamed(text);
    if (named !== undefined) return named;
    const ids = /^[0-9a-f]+$/.test(text) ? this.#ids().filter((id) => id.startsWith(text)) : [];
    const [only, ...more] = ids;
    if (more.length > 0) {
      const problem = `${text} begins the ids of ${ids.length} instances; write more of it`;
      throw new TsukiError("usage", problem);
    }
    const instance = only === undefined ? undefined : this.#open(only, livingSupervisors());
    const found = instance ?? this.#findNameless(text);
    if (found !== undefined) return found;
    const advice = "`tsuki ps -a` lists those there are";
    throw new TsukiError("instance-missing", `no instance is called ${text}; ${advice}`);
  }

  /**
   * Makes the folder of a new instance, whole or not at all; `fill` puts into it what it is to hold.
   * A name is invented where the record is to have none. Throws `usage` when the name is taken.
   */
  async create(
    wanted: Omit<InstanceRecord, "id" | "name"> & { readonly name: string | undefined },
    fill: (folder: string) => void,
  ): Promise<StoredInstance> {
    const instance = await this.#alone(async () => {
      const id = randomBytes(32).toString("hex");
      const aside = join(this.#folder, `.${id}`);
      const folder = join(this.#folder, id);
      const name = wanted.name ?? inventName((one) => this.#findNamed(one) !== undefined);
      const record: InstanceRecord = { ...wanted, id, name };
      try {
        makeFolder(this.#folder);
        mkdirSync(aside, { mode: 0o700 });
        this.#takeName(name, id);
        fill(aside);
        writeFileSync(join(aside, recordFile), encodeRecord(record), { mode: 0o600 });
        renameSync(aside, folder);
      } catch (error) {
        rmSync(aside, { recursive: true, force: true });
        throw error instanceof TsukiError ? error : unwritable(folder, error);
      }
      return { record, state: instanceState(undefined, false), folder };
    });
    // Others need not wait for the disk meanwhile: after a power cut there is a whole record, or an
    // empty one or none at all, which is no instance.
    const { folder } = instance;
    await this.#flush(join(folder, recordFile), folder, this.#namesFolder, this.#folder);
    const { id, name, image } = instance.record;
    noteEvent(this.#folder, id, "create", { name, image });
    return instance;
  }

  async #flush(...paths: readonly string[]): Promise<void> {
    try {
      await Promise.all(paths.map(flushToDisk));
    } catch (error) {
      throw unwritable(this.#folder, error);
    }
  }

  /** Gives an instance another name. Throws `usage` when it is taken. */
  async rename({ record, folder }: StoredInstance, name: string): Promise<void> {
    await this.#alone(async () => {
      this.#takeName(name, record.id);
      try {
        flushToDiskNow(this.#namesFolder);
        writeRecord(folder, { ...record, name });
        flushToDiskNow(folder);
      } catch (error) {
        throw unwritable(folder, error);
      }
      noteEvent(this.#folder, record.id, "rename", { before: record.name, name });
    });
  }

  /** Removes an instance's folder: renamed first, so that no half of it is ever seen. */
  async remove(instance: StoredInstance): Promise<void> {
    await this.#alone(async () => this.#removeFolder(instance));
    const { id, name } = instance.record;
    noteEvent(this.#folder, id, "destroy", { name });
  }

  /** Removes the folders of instances that never came to be, because the power went. */
  async removeUnmade(): Promise<void> {
    await this.#alone(async () => {
      for (const id of this.#ids()) {
        const folder = join(this.#folder, id);
        const record = readText(join(folder, recordFile)) ?? "";
        if (isUnwritten(record)) rmSync(folder, { recursive: true });
      }
    });
  }

  #removeFolder({ record, folder }: StoredInstance): void {
    const aside = join(this.#folder, `.${record.id}`);
    // Another command may have removed it meanwhile.
    if (existsSync(folder)) renameSync(folder, aside);
    // Before what is in it goes: after a power cut it would be an instance without its image.
    flushToDiskNow(this.#folder);
    rmSync(aside, { recursive: true, force: true });
    const link = this.#linkOf(record.name);
    if (attempt(() => readlinkSync(link)) === record.id) rmSync(link);
  }

  /** One change at a time; what a crash left half made or half removed goes. */
  async #alone<Result>(work: () => Promise<Result>): Promise<Result> {
    return await withLock(`instances ${this.#folder}`, async () => {
      for (const name of this.#names().filter((one) => one.startsWith("."))) {
        rmSync(join(this.#folder, name), { recursive: true, force: true });
      }
      this.#mendNames();
      return await work();
    });
  }

  /** Gives names back that a power cut took: looks for them once after each start of the host. */
  #mendNames(): void {
    const boot = bootId();
    if (attempt(() => readlinkSync(this.#linkOf(bootLink))) === boot) return;
    const instances = this.list(() => undefined);
    if (instances.length === 0) return;
    for (const { record } of instances) {
      if (this.#findNamed(record.name) === undefined) this.#link(record.name, record.id);
    }
    this.#link(bootLink, boot);
  }

  /** The instance that has a name; a link whose instance is gone, or has another name, is none. */
  #findNamed(name: string): StoredInstance | undefined {
    const id = isName(name) ? attempt(() => readlinkSync(this.#linkOf(name))) : undefined;
    const instance =
      id !== undefined && idForm.test(id) ? this.#open(id, livingSupervisors()) : undefined;
    return instance?.record.name === name ? instance : undefined;
  }

  /** The instance of a name that a power cut took. */
  #findNameless(name: string): StoredInstance | undefined {
    return this.list(() => undefined).find(({ record }) => record.name === name);
  }

  /** Has a name mean an instance. One that was to go, and has ended, makes room for it. */
  #takeName(name: string, id: string): void {
    if (!isName(name)) {
      throw new TsukiError("usage", `${name} is no name for an instance; write ${nameRule}`);
    }
    const other = this.#findNamed(name);
    if (other !== undefined) {
      if (!other.record.isTemporary || other.state.status !== "exited") throw nameTaken(other);
      this.#removeFolder(other);
    }
    this.#link(name, id);
  }

  #link(name: string, target: string): void {
    makeFolder(this.#namesFolder);
    rmSync(this.#linkOf(name), { force: true });
    symlinkSync(target, this.#linkOf(name));
  }

  /** Finding a name takes one look, however many instances there are. */
  #linkOf(name: string): string {
    return join(this.#namesFolder, name);
  }

  get #namesFolder(): string {
    return join(this.#folder, "names");
  }

  #open(id: string, isSupervised: (id: string) => boolean): StoredInstance | undefined {
    const folder = `${this.#folder}/${id}`;
    const path = `${folder}/${recordFile}`;
    const text = readText(path);
    // Another command has removed it meanwhile.
    if (text === undefined || isUnwritten(text)) return undefined;
    const record = parseInstanceRecord(text, path);
    // First the life, then the state: who ends in between has written the last state before.
    const lives = isSupervised(id);
    const state = instanceState(readText(`${folder}/${supervisorFiles.state}`), lives);
    return { record, state, folder };
  }

  #ids(): readonly string[] {
    return this.#names().filter((name) => idForm.test(name));
  }

  #names(): readonly string[] {
    try {
      return readdirSync(this.#folder);
    } catch {
      return [];
    }
  }
}

function refuse(error: TsukiError): never {
  throw error;
}

function nameTaken(other: StoredInstance): TsukiError {
  const { name } = other.record;
  const advice = `remove it with \`tsuki rm ${name}\`, or choose another`;
  const problem = `the name ${name} is taken by ${shortInstanceId(other)}`;
  return new TsukiError("usage", `${problem}; ${advice}`);
}

function writeRecord(folder: string, record: InstanceRecord): void {
  writeFileAtomically(join(folder, recordFile), encodeRecord(record), 0o600);
}

function encodeRecord(record: InstanceRecord): Uint8Array {
  return Buffer.from(JSON.stringify(record, undefined, 2));
}

/** Whether the power went before anything of a record was on the disk: file systems leave nothing or zeroes. */
function isUnwritten(record: string): boolean {
  return record === "" || record.startsWith("\0");
}

function readText(path: string): string | undefined {
  return attempt(() => readFileSync(path, "utf8"));
}

function unwritable(folder: string, error: unknown): TsukiError {
  const why = error instanceof Error ? error.message : String(error);
  return new TsukiError("store-unwritable", `cannot write ${folder}: ${why}`, { cause: error });
}
