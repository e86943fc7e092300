/** Debug information that breaks its own rules, or goes beyond what is read here. */
export class DwarfError extends Error {
  constructor(problem: string, offset: number) {
    super(`${problem} at offset ${offset}`);
    this.name = "DwarfError";
  }
}
