/** What a process is told of its isolation (contracts/isolation.ts). */
import { isolationVariable } from "../../contracts/isolation.ts";

const prefix = `${isolationVariable}=`;

/** An instance's environment, in which namespaces are asked for unless it says otherwise itself. */
export function isolatedEnvironment(environment: readonly string[]): readonly string[] {
  const isSet = environment.some((entry) => entry.startsWith(prefix));
  return isSet ? environment : [...environment, `${prefix}auto`];
}

/** Whether an instance with this environment is to have all namespaces, or not to start. */
export function requiresNamespaces(environment: readonly string[]): boolean {
  return environment.includes(`${prefix}required`);
}

/** Whether an instance with this environment is to have namespaces. */
export function wantsNamespaces(environment: readonly string[]): boolean {
  return !environment.includes(`${prefix}none`);
}
