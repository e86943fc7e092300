/** One thing that a host offers or does not. */
export interface Finding {
  readonly name: string;
  readonly offers: "yes" | "partly" | "no";
  /** What was found. */
  readonly found: string;
  /** What follows for Tsuki; may be empty. */
  readonly consequence: string;
  /** What to install or change; empty when nothing is to be done. */
  readonly advice: string;
}
