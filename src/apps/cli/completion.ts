/** `tsuki completion`: what shells need to complete commands, options, instances and images. */
import type { Argument, Command } from "commander";
import { TsukiError } from "../../contracts/errors.ts";

interface Described {
  /** The words before its own, such as `volume `. */
  readonly name: string;
  readonly summary: string;
  readonly options: readonly { readonly flags: readonly string[]; readonly text: string }[];
  readonly completes: keyof typeof listings | "files";
}

const listings = {
  instances: "tsuki ps -a --format '{{.Names}}' 2>/dev/null",
  images: "tsuki images --format '{{.Repository}}:{{.Tag}}' 2>/dev/null",
  networks: "tsuki network ls -q 2>/dev/null",
  volumes: "tsuki volume ls -q 2>/dev/null",
} as const;

/** A script for a shell, made from the commands that there are. Throws `usage`. */
export function completionScript(program: Command, shell: string): string {
  const commands = program.commands.flatMap((command) => describe(command, ""));
  if (shell === "bash") return bashScript(commands);
  if (shell === "zsh")
    return `#compdef tsuki\nautoload -U +X bashcompinit && bashcompinit\n${bashScript(commands)}`;
  if (shell === "fish") return fishScript(commands);
  throw new TsukiError("usage", `no completion for ${shell}; there are bash, zsh and fish`);
}

function describe(command: Command, before: string): readonly Described[] {
  const name = before + command.name();
  const options = command.options.map(({ short, long, description }) => ({
    flags: [short, long].filter((flag) => flag !== undefined && flag !== null),
    text: description,
  }));
  const completes = completedBy(command.registeredArguments[0]);
  const own = { name, summary: command.summary() || command.description(), options, completes };
  return [own, ...command.commands.flatMap((one) => describe(one, `${name} `))];
}

function completedBy(argument: Argument | undefined): Described["completes"] {
  const name = `${argument?.name() ?? ""}s`;
  return (
    Object.keys(listings).find((listing): listing is keyof typeof listings => listing === name) ??
    "files"
  );
}

/** Bash's programmable completion (bash(1)); zsh understands it, too. */
function bashScript(commands: readonly Described[]): string {
  const cases = commands.map(({ name, options, completes }) => {
    const below = commands.filter((one) => one.name.startsWith(`${name} `));
    const words = [
      ...options.flatMap(({ flags }) => flags),
      ...below.map((one) => one.name.slice(name.length + 1)),
    ].join(" ");
    const more = completes === "files" ? "" : ` $(${listings[completes]})`;
    return `    "${name}") words="${words}${more}" ;;`;
  });
  const names = commands.map(({ name }) => name).filter((name) => !name.includes(" "));
  return [
    "_tsuki() {",
    `  local word="\${COMP_WORDS[COMP_CWORD]}" command="\${COMP_WORDS[1]}" words=""`,
    `  case "$command \${COMP_WORDS[2]}" in`,
    ...commands
      .filter(({ name }) => name.includes(" "))
      .map(({ name }) => `    "${name}") command="${name}" ;;`),
    "  esac",
    `  [ "$COMP_CWORD" = 1 ] && command=""`,
    `  case "$command" in`,
    `    "") words="${names.join(" ")}" ;;`,
    ...cases,
    "  esac",
    `  COMPREPLY=($(compgen -W "$words" -- "$word"))`,
    "}",
    "complete -o default -F _tsuki tsuki",
    "",
  ].join("\n");
}

/** Fish's `complete` (fish's manual, writing your own completions). */
function fishScript(commands: readonly Described[]): string {
  const lines = commands.flatMap(({ name, summary, options, completes }) => {
    const words = name.split(" ");
    const word = words.at(-1) ?? "";
    const before = words.slice(0, -1);
    const where =
      before.length === 0
        ? "__fish_use_subcommand"
        : `__fish_seen_subcommand_from ${before.join(" ")}`;
    const here = `-n '__fish_seen_subcommand_from ${word}'`;
    const flags = options.map(({ flags: names, text }) => {
      const parts = names.map((flag) =>
        flag.startsWith("--") ? `-l ${flag.slice(2)}` : `-s ${flag.slice(1)}`,
      );
      return `complete -c tsuki ${here} ${parts.join(" ")} -d ${quote(text)}`;
    });
    const listing =
      completes === "files" ? [] : [`complete -c tsuki ${here} -f -a "(${listings[completes]})"`];
    return [
      `complete -c tsuki -n '${where}' -f -a ${word} -d ${quote(summary)}`,
      ...flags,
      ...listing,
    ];
  });
  return `${lines.join("\n")}\n`;
}

function quote(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}'`;
}
