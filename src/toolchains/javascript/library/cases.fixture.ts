/** Cases that run in Node and in the engine alike. */

/** Each gives a value that JSON can hold, or throws. */
export type Cases = Readonly<Record<string, () => unknown>>;

/** What each case gives: its value, or the name of the error that it throws. */
export async function runCases(cases: Cases): Promise<[name: string, result: unknown][]> {
  const results: [string, unknown][] = [];
  for (const [name, run] of Object.entries(cases)) results.push([name, await resultOf(run)]);
  return results;
}

async function resultOf(run: () => unknown): Promise<unknown> {
  try {
    const value: unknown = JSON.parse(JSON.stringify({ value: await run() }));
    return value;
  } catch (error) {
    return { throws: error instanceof Error ? error.name : String(error) };
  }
}

/** Runs the cases at once where there is a `report`, which is in the engine. */
export function suite(cases: Cases): Cases {
  const report: unknown = Reflect.get(globalThis, "report");
  if (typeof report === "function") {
    void runCases(cases).then((results) => {
      for (const result of results) report(...result);
    });
  }
  return cases;
}

/** One case for each input. */
export function each<Input>(
  inputs: readonly Input[],
  name: (input: Input) => string,
  run: (input: Input) => unknown,
): Cases {
  return Object.fromEntries(inputs.map((input) => [name(input), () => run(input)]));
}
