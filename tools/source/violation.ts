/** One broken rule at one place. */
export interface Violation {
  /** Path from the repository's root, with forward slashes. */
  readonly path: string;
  /** Line counted from 1; 0 when it is about the file as a whole. */
  readonly line: number;
  /** The rule's short name. */
  readonly rule: string;
  /** What is wrong and what to do. */
  readonly message: string;
}

/** `path:line rule: message`, which terminals and editors turn into a link. */
export function formatViolation({ path, line, rule, message }: Violation): string {
  return `${path}${line > 0 ? `:${line}` : ""} ${rule}: ${message}`;
}
