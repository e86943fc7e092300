import type { ExternalKind, ImportName, Module } from "../../src/compiler/wasm/module.ts";
import type { Command } from "./script.ts";

/** What an import of an instance stands for. */
export type Binding =
  | { readonly kind: "spectest"; readonly name: string }
  | { readonly kind: "instance"; readonly instance: Instance; readonly index: number };

/** A module with its imports bound. */
export interface Instance {
  readonly module: Module;
  readonly filename: string;
  /** Counts the instances of a script. */
  readonly order: number;
  /** Bindings of imports by kind and index. */
  readonly bindings: Readonly<Record<ExternalKind, readonly Binding[]>>;
  /** Instances that share something: they are merged into one program. */
  group: Group;
}

/** Instances that were made in this order, and what the script then does with them. */
export interface Group {
  readonly instances: Instance[];
  readonly steps: Step[];
}

/** One thing that a program does with its instances; `check` is what counts as an assertion. */
export type Step =
  | { readonly kind: "instantiate"; readonly instance: Instance; readonly line: number }
  | {
      readonly kind: "uninstantiable";
      readonly instance: Instance;
      readonly line: number;
      readonly text: string;
    }
  | {
      readonly kind: "action";
      readonly instance: Instance;
      readonly line: number;
      readonly command: Command;
    };

/** The instances of a script: by name, by what they are registered as, and the latest. */
export class Instances {
  readonly groups: Group[] = [];
  private readonly named = new Map<string, Instance | undefined>();
  private readonly registered = new Map<string, Instance | undefined>();
  private latest: Instance | undefined;
  private count = 0;

  /** Binds a module's imports; undefined where one is not there, so that nothing uses it. */
  instantiate(module: Module, filename: string): Instance | undefined {
    const bindings = { function: [], table: [], memory: [], global: [], tag: [] } as Record<
      ExternalKind,
      Binding[]
    >;
    const lists = {
      function: module.functions,
      table: module.tables,
      memory: module.memories,
      global: module.globals,
      tag: module.tags,
    };
    for (const kind of ["function", "table", "memory", "global", "tag"] as const) {
      for (const { import: name } of lists[kind]) {
        if (name === undefined) continue;
        const binding = this.bind(kind, name);
        if (binding === undefined) return undefined;
        bindings[kind].push(binding);
      }
    }
    const group = this.groupOf(Object.values(bindings).flat());
    const instance: Instance = { module, filename, order: this.count++, bindings, group };
    group.instances.push(instance);
    return instance;
  }

  /** Makes an instance the latest, and known by its name. */
  remember(instance: Instance | undefined, name: string | undefined): void {
    this.latest = instance;
    if (name !== undefined) this.named.set(name, instance);
  }

  register(as: string, name: string | undefined): void {
    this.registered.set(as, this.find(name));
  }

  /** An instance by its name, or the latest. */
  find(name: string | undefined): Instance | undefined {
    return name === undefined ? this.latest : this.named.get(name);
  }

  private bind(kind: ExternalKind, { module, name }: ImportName): Binding | undefined {
    if (module === "spectest") return { kind: "spectest", name };
    const instance = this.registered.get(module);
    const found = instance?.module.exports.find(
      (entry) => entry.kind === kind && entry.name === name,
    );
    if (instance === undefined || found === undefined) return undefined;
    return { kind: "instance", instance, index: found.index };
  }

  /** The group of everything that an instance imports from, joined into one. */
  private groupOf(bindings: readonly Binding[]): Group {
    const others = new Set(
      bindings.flatMap((binding) => (binding.kind === "instance" ? [binding.instance.group] : [])),
    );
    const [first, ...rest] = others;
    if (first === undefined) {
      const group = { instances: [], steps: [] };
      this.groups.push(group);
      return group;
    }
    for (const group of rest) this.join(first, group);
    return first;
  }

  private join(into: Group, from: Group): void {
    for (const instance of from.instances) instance.group = into;
    into.instances.push(...from.instances);
    into.instances.sort((a, b) => a.order - b.order);
    into.steps.push(...from.steps);
    into.steps.sort((a, b) => a.line - b.line);
    this.groups.splice(this.groups.indexOf(from), 1);
  }
}
