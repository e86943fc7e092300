/** Reports what the global object has, by the names of the table in docs/web-interfaces.md. */
declare const report: (value: unknown) => void;

const own = new Set(Object.getOwnPropertyNames(globalThis));
const nested = ["crypto", "navigator", "performance", "console"].flatMap((name) => {
  const value = Reflect.get(globalThis, name) as object;
  const names = new Set([
    ...Object.getOwnPropertyNames(value),
    ...Object.getOwnPropertyNames(Reflect.getPrototypeOf(value) ?? {}),
  ]);
  return [...names].map((each) => `${name}.${each}`);
});
report([...own, ...nested]);
