/** `tsuki`: reads the command line and loads the one command that it names. */
import { Command, CommanderError } from "commander";
import manifest from "../../../package.json" with { type: "json" };
import type { BuildCommandOptions } from "./build-command.ts";
import { defineImageVerbs } from "./define-image-verbs.ts";
import { defineInstanceVerbs } from "./define-instance-verbs.ts";
import { defineNetworkVerbs } from "./define-network-verbs.ts";
import { defineVolumeVerbs } from "./define-volume-verbs.ts";
import type { DevCommandOptions } from "./dev-command.ts";
import type { DoctorOptions } from "./doctor-command.ts";
import type { ExplainCommandOptions } from "./explain-command.ts";
import { plainWords } from "./familiar-words.ts";
import { guarded } from "./guarded.ts";
import type { ImageCommandOptions } from "./image-command.ts";
import type { InitOptions } from "./init-command.ts";
import { adviceOnOptionBehind, optionBehind } from "./options-behind.ts";
import { note, usageStatus } from "./report.ts";
import type { RunCommandOptions } from "./run-command.ts";

/** Options of commands that start from sources. */
const toolchainHelp = "javascript, c, assemblyscript or wasm; chosen by the file's name otherwise";

function toolchainOptions(command: Command): Command {
  return command
    .option("--toolchain <name>", toolchainHelp)
    .option("--preinit <mode>", "how to evaluate JavaScript when building: auto, strict or off")
    .option("-I, --include <folder>", "also search this folder for #include files", collect)
    .option("-D, --define <name[=value]>", "define a macro of C or C++", collect);
}

/** Options that say how machine code is made. */
function codeOptions(command: Command): Command {
  return command
    .option("--cpu <level>", "what the processor must have: v2, v3 or v4 of x86-64 (default: v2)")
    .option("--fast", "compile quickly, to slower code")
    .option("--memory-checks", "compare every access of the app's memory with its size");
}

function sourceOptions(command: Command): Command {
  return codeOptions(toolchainOptions(command))
    .option("--embed <folder[:path]>", "build a folder or file into the image", collect)
    .option("-g, --debug-info", "tell debuggers such as gdb where the code comes from")
    .option("-j, --jobs <count>", "threads that compile; one for each processor otherwise")
    .option("-q, --quiet", "print nothing but what the app and compilers print")
    .option("--debug", "print the stack of an error");
}

/** Options that become settings of the instance (engine/instance-settings.ts). */
function settingOptions(command: Command, publish: string): void {
  command
    .option("--listen <[address:]port[/udp]>", "open a socket before the app starts", collect)
    .option(
      `${publish} <[address:]host:guest[/udp]>`,
      "lead a port of the host to one of the app",
      collect,
    )
    .option("--mount <folder:path[:ro]>", "show the app a folder or disk of the host", collect)
    .option("--net <name>", "host, user, none, or tap=<device>,<address>/<bits>,...", collect);
}

/** Who writes `run app.ts -p 8080:80` learns in one line that the program has got the option. */
function warnOfOptionBehind(
  command: Command,
  source: string | undefined,
  rest: readonly string[],
  { quiet }: { readonly quiet?: boolean },
): void {
  const option = optionBehind(command, rest);
  if (option !== undefined && quiet !== true) note(adviceOnOptionBehind(option, source ?? ""));
}

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function defineBuild(program: Command): void {
  const command = program
    .command("build")
    .summary("compile a program into an image")
    .description(
      "Compiles a program (.ts, .js, .c, .cc, .as.ts, .wasm) or a folder (a static site) and the " +
        "parts of the kernel that it uses into one image: by default a static Linux executable " +
        "that seals itself.",
    )
    .argument("[source...]", "the program's sources, the first one names it; or a folder")
    .option("-o, --output <file>", "the image's file; named after the source otherwise")
    .option("-p, --platform <names>", "linux, pc (a bootable ELF), solo5 or node; several with -t")
    .option("-t, --tag <name>", "keep the image in the store under this name", collect)
    .option("--label <name=value>", "label the image in the store", collect)
    .option("--expose <port[/udp]>", "say which port the app listens on", collect)
    .option("-e, --env <name=value>", "build a variable of the environment in", collect)
    .option("--arg <text>", "build an argument in, for when none is given", collect);
  settingOptions(command, "--publish");
  sourceOptions(command).action(async (sources: string[], options: BuildCommandOptions) => {
    const { buildCommand } = await import("./build-command.ts");
    await guarded("build", options, () => buildCommand(sources, options));
  });
}

function defineImage(program: Command): void {
  const command = program
    .command("image")
    .summary("put a program on a disk that any x86-64 machine boots")
    .description(
      "Wraps an image for pc, or what it builds from sources, into a disk or disc that BIOS and " +
        "UEFI machines boot.",
    )
    .argument("<source...>", "an ELF file that `tsuki build -p pc` made, or a program's sources")
    .option("-f, --format <name>", "raw, qcow2 or iso", "raw")
    .option("-o, --output <file>", "the disk's file; named after the source otherwise")
    .option("-e, --env <name=value>", "build a variable of the environment in", collect)
    .option("--arg <text>", "build an argument in", collect);
  sourceOptions(command).action(async (sources: string[], options: ImageCommandOptions) => {
    const { imageCommand } = await import("./image-command.ts");
    await guarded("image", options, () => imageCommand(sources, options));
  });
}

function defineRun(program: Command): void {
  const command = instanceOptions(program.command("run"))
    .summary("build a program, unless it is built already, and run it")
    .description(
      "Builds and runs a program. Options stand before the source; everything behind the source " +
        "is the program's. Standard streams and the exit status pass through.",
    )
    .argument("[source]", "the program, or a folder to serve; by tsuki.config.ts otherwise")
    .argument("[arguments...]", "the program's own arguments")
    .option("-d, --detach", "leave it running in the background and print its id")
    .option("-i, --interactive", "keep its input open, for `tsuki attach`")
    .option("-t, --tty", "give it a terminal of its own, and connect this one to it")
    .option("--pcap <file>", "write what passes the instance's network to a file")
    .option("--trace <what>", "instead of running it, count what its boot costs: boot")
    .passThroughOptions();
  settingOptions(command, "-p, --publish");
  sourceOptions(command).action(
    async (source: string | undefined, rest: string[], options: RunCommandOptions) => {
      warnOfOptionBehind(command, source, rest, options);
      const { runCommand } = await import("./run-command.ts");
      await guarded("run", options, () => runCommand(source, rest, options));
    },
  );
}

function defineDev(program: Command): void {
  const command = program
    .command("dev")
    .summary("run a program in Node and exchange it whenever its sources change")
    .description(
      "Runs a program in Node, where it finds what it finds in an image and nothing else. Whenever " +
        "a file changes that it is made of, the next version takes over; the ports stay open.",
    )
    .argument("[source]", "the program, or a folder to serve; by tsuki.config.ts otherwise")
    .argument("[arguments...]", "the program's own arguments")
    .option("-e, --env <name[=value]>", "a variable of the app's environment", collect)
    .option("--env-file <file>", "variables of the app's environment, a line each", collect)
    .option("-m, --memory <size>", "the memory of a program that is not JavaScript, such as 64M")
    .option("--embed <folder[:path]>", "build a folder or file into the image", collect)
    .option("-v, --volume <name:path[:ro]>", "show the app a volume: a folder or disk", collect)
    .option("--inspect [address:port]", "let debuggers attach, by default to 127.0.0.1:9229")
    .option("--json", "tell what happens as JSON, a line each")
    .option("-q, --quiet", "tell only what is wrong")
    .option("--debug", "print the stack of an error")
    .passThroughOptions();
  settingOptions(command, "-p, --publish");
  command
    .option("--toolchain <name>", toolchainHelp)
    .option("-I, --include <folder>", "also search this folder for #include files", collect)
    .option("-D, --define <name[=value]>", "define a macro of C or C++", collect)
    .action(async (source: string | undefined, rest: string[], options: DevCommandOptions) => {
      warnOfOptionBehind(command, source, rest, options);
      const { devCommand } = await import("./dev-command.ts");
      await guarded("run", options, () => devCommand(source, rest, options));
    });
}

function defineExplain(program: Command): void {
  const command = program
    .command("explain")
    .summary("show what the compiler makes of one function")
    .description(
      "Compiles one function of a program and shows its WebAssembly, its SSA form as lowered and " +
        "behind each pass that changed it, and its machine code, side by side.",
    )
    .argument("<source...>", "the program's sources, or any WebAssembly module")
    .option("-f, --function <name>", "the function, by its name, its export's or its index")
    .option("--pass <name>", "show the SSA behind this pass; lowered and all are others", collect)
    .option("--list", "list the functions with their sizes instead")
    .option("--json", "print one JSON document")
    .option("--debug", "print the stack of an error");
  const described = codeOptions(toolchainOptions(command));
  described.action(async (sources: string[], options: ExplainCommandOptions) => {
    const { explainCommand } = await import("./explain-command.ts");
    await guarded("explain", options, () => explainCommand(sources, options));
  });
}

function defineCreate(program: Command): void {
  const command = instanceOptions(program.command("create"))
    .summary("make an instance that `tsuki start` runs")
    .argument("[source]", "an image of the store, or a program; by tsuki.config.ts otherwise")
    .argument("[arguments...]", "the program's own arguments")
    .option("-i, --interactive", "keep its input open, for `tsuki attach`")
    .option("-t, --tty", "give it a terminal of its own")
    .passThroughOptions();
  settingOptions(command, "-p, --publish");
  sourceOptions(command).action(
    async (source: string | undefined, rest: string[], options: RunCommandOptions) => {
      warnOfOptionBehind(command, source, rest, options);
      const { createCommand } = await import("./run-command.ts");
      await guarded("run", options, () => createCommand(source, rest, options));
    },
  );
}

/** What an instance can be told. */
function instanceOptions(command: Command): Command {
  return command
    .option("--monitor <name>", "process, qemu, node or solo5; the safest there is otherwise")
    .option("-e, --env <name[=value]>", "a variable of the app's environment", collect)
    .option("--env-file <file>", "variables of the app's environment, a line each", collect)
    .option("-m, --memory <size>", "the machine's memory, such as 64M")
    .option("--machine <name>", "what QEMU plays: microvm (the default) or q35")
    .option("--cpus <count>", "how many processors' time it may use, such as 0.5")
    .option("--pids-limit <count>", "how many processes and threads it may have, monitor included")
    .option("--read-only", "let it write to no folder and no volume")
    .option("--name <name>", "what the instance is called; invented otherwise")
    .option("--label <name=value>", "label the instance", collect)
    .option("--health-http <port[/path]>", "ask the app for this by HTTP, to know how it is")
    .option("--health-interval <time>", "how long to wait between two checks; 30s")
    .option("--health-timeout <time>", "how long to wait for the answer; 30s")
    .option("--health-retries <count>", "how many failures make it unhealthy; 3")
    .option("--health-start-period <time>", "how long failures do not count at first; 0s")
    .option("--restart <policy>", "no, on-failure[:times], always or unless-stopped")
    .option("--network <name>", "connect it to a network of `tsuki network create`", collect)
    .option("-v, --volume <name:path[:ro]>", "show the app a volume: a folder or disk", collect)
    .option("--stop-timeout <seconds>", "how long a stop waits before it ends the instance; 10")
    .option("--rm", "remove the instance once it has ended");
}

function defineInit(program: Command): void {
  program
    .command("init")
    .summary("write a program to begin with, and its tsuki.config.ts")
    .argument("[folder]", "an empty folder, or a new one", ".")
    .option("-t, --template <name>", "http-ts, http-c, http-as, static-site or worker", "http-ts")
    .option("--list", "list the templates")
    .option("--debug", "print the stack of an error")
    .action(async (folder: string, options: InitOptions) => {
      const { initCommand } = await import("./init-command.ts");
      await guarded("init", options, () => initCommand(folder, options));
    });
}

function defineDoctor(program: Command): void {
  program
    .command("doctor")
    .summary("tell what this host offers and what to install")
    .description("Looks at what this host offers to Tsuki, what follows, and what to install.")
    .option("--json", "print one JSON document")
    .option("--debug", "print the stack of an error")
    .action(async (options: DoctorOptions) => {
      const { doctorCommand } = await import("./doctor-command.ts");
      await guarded("doctor", options, () => doctorCommand(options));
    });
}

function defineCompletion(program: Command): void {
  program
    .command("completion")
    .summary("print a script by which a shell completes commands")
    .argument("<shell>", "bash, zsh or fish")
    .option("--debug", "print the stack of an error")
    .action(async (shell: string, options: DoctorOptions) => {
      const { completionScript } = await import("./completion.ts");
      await guarded("completion", options, async () => {
        process.stdout.write(completionScript(program, shell));
        return 0;
      });
    });
}

/** Those that have definitions of their own; a start with one of them needs no others'. */
const single: Readonly<Record<string, (program: Command) => void>> = {
  init: defineInit,
  build: defineBuild,
  image: defineImage,
  run: defineRun,
  dev: defineDev,
  create: defineCreate,
  explain: defineExplain,
  doctor: defineDoctor,
};

/** Defines the command that is called, or all of them. */
function define(program: Command, called: string): void {
  const only = Object.hasOwn(single, called) ? single[called] : undefined;
  if (only !== undefined) {
    only(program);
    return;
  }
  for (const name of ["init", "build", "image", "run", "dev", "create"]) single[name]?.(program);
  defineInstanceVerbs(program);
  defineImageVerbs(program);
  defineVolumeVerbs(program, collect);
  defineNetworkVerbs(program, collect);
  defineExplain(program);
  defineDoctor(program);
  defineCompletion(program);
}

/** An error of commander's, whose suggestion stands on a line of its own. */
function inOneLine(text: string): string {
  return text.replace(/^error: /, "tsuki: ").replace(/\n\(D/, " (d");
}

async function main(): Promise<void> {
  const program = new Command("tsuki")
    .description(
      "Builds and runs unikernels: programs with exactly the operating system they need.",
    )
    .enablePositionalOptions()
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(inOneLine(text)) })
    .showHelpAfterError(false);
  if (process.argv.some((word) => word === "--version" || word === "-V")) {
    program.version(manifest.version, "-V, --version", "print Tsuki's version");
  } else {
    program.option("-V, --version", "print Tsuki's version");
  }
  const words = plainWords(process.argv.slice(2));
  const [called = ""] = words;
  define(program, called);
  if (words.some((word) => ["help", "--help", "-h"].includes(word))) {
    const { addExamples } = await import("./examples.ts");
    addExamples(program);
  }
  try {
    await program.parseAsync(words, { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    process.exitCode = error.exitCode === 0 ? 0 : usageStatus(called);
  }
}

await main();
