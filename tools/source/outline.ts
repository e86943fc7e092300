/** A name or construct at a line. */
export interface NamedPlace {
  /** The name as written. */
  readonly name: string;
  /** Its line, counted from 1. */
  readonly line: number;
}

/** A name that one file takes from another, with the name it carries there and here. */
export interface ImportedName {
  /** Name in the imported module, `*` for the whole module. */
  readonly foreign: string;
  /** Name in the importing file; empty for a re-export. */
  readonly local: string;
  /** Line of the name, counted from 1. */
  readonly line: number;
}

/** One import, re-export or dynamic import with a literal specifier. */
export interface ImportSite {
  /** The specifier as written. */
  readonly specifier: string;
  /** Line of the statement, counted from 1. */
  readonly line: number;
  /** The names taken; empty for an import for side effects. */
  readonly names: readonly ImportedName[];
  /** Whether the names are exported again by this file. */
  readonly reExport: boolean;
}

/** The extent of one function, method or closure. */
export interface FunctionExtent {
  /** Its name, or a description of it when it has none. */
  readonly name: string;
  /** First line, counted from 1. */
  readonly line: number;
  /** Lines from the first to the last one, both included. */
  readonly lineCount: number;
  /** Whether it is the body of a test suite (`describe`), which only groups tests. */
  readonly isSuite: boolean;
}

/** One declaration that a file exports. */
export interface ExportedDeclaration {
  /** The exported name. */
  readonly name: string;
  /** Line of the declaration, counted from 1. */
  readonly line: number;
  /** Whether a docstring with text stands directly before it. */
  readonly isDocumented: boolean;
}

/** What the checks need to know of a source file, in whichever language it is written. */
export interface Outline {
  /** Imports in order of appearance, type-only ones included. */
  readonly imports: readonly ImportSite[];
  /** Every function at every depth. */
  readonly functions: readonly FunctionExtent[];
  /** Declarations exported from here; re-exports are documented where they are declared. */
  readonly exports: readonly ExportedDeclaration[];
  /** Enumerations, by name. */
  readonly enums: readonly NamedPlace[];
  /** Parse errors, empty for a valid file. */
  readonly errors: readonly { readonly line: number; readonly message: string }[];
}

/** Whether a block comment's text (with its delimiters) is a docstring that says something. */
export function isDocstring(comment: string): boolean {
  return comment.startsWith("/**") && /[A-Za-z]/.test(comment);
}
