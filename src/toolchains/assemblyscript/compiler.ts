/** Runs AssemblyScript's compiler in this process, on files that the caller provides. */

/** What one run of asc gave. */
export interface CompilerResult {
  /** The module, or undefined when asc refused the program. */
  readonly output: Uint8Array | undefined;
  /** Its source map, if that was asked for. */
  readonly sourceMap: string | undefined;
  /** asc's messages. */
  readonly messages: string;
}

/** Answers asc's question for a file; null when there is none. Names are relative to `folder`. */
export type ReadFile = (name: string, folder: string) => string | null;

interface CompilerModule {
  main(
    parameters: readonly string[],
    host: {
      stdout: TextSink;
      stderr: TextSink;
      readFile: ReadFile;
      writeFile: (name: string, content: Uint8Array | string) => void;
      listFiles: () => string[];
    },
  ): Promise<{ error: Error | null }>;
}

interface TextSink {
  write(chunk: string | Uint8Array): void;
}

/** Compiles with the given parameters; everything written besides the module is dropped. */
export async function runCompiler(
  entryUrl: string,
  parameters: readonly string[],
  readFile: ReadFile,
): Promise<CompilerResult> {
  const compiler = (await import(entryUrl)) as CompilerModule;
  const lines: string[] = [];
  const sink: TextSink = {
    write: (chunk) => {
      lines.push(typeof chunk === "string" ? chunk : new TextDecoder().decode(chunk));
    },
  };
  let output: Uint8Array | undefined;
  let sourceMap: string | undefined;
  const { error } = await compiler.main(parameters, {
    stdout: sink,
    stderr: sink,
    readFile,
    writeFile: (_name, content) => {
      if (typeof content === "string") sourceMap = content;
      else output = content;
    },
    listFiles: () => [],
  });
  const messages = lines.join("");
  return { output: error === null ? output : undefined, sourceMap, messages };
}
