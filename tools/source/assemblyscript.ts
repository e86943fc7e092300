import * as asc from "./asc-parser.js";
import { LineMap } from "./lines.ts";
import {
  type ExportedDeclaration,
  type FunctionExtent,
  type ImportSite,
  isDocstring,
  type NamedPlace,
  type Outline,
} from "./outline.ts";

/** What the kernel's own checks need beyond the common outline. */
export interface AssemblyScriptOutline extends Outline {
  /** Expressions that allocate: `new X`. */
  readonly allocations: readonly NamedPlace[];
  /** Classes without `@unmanaged`. */
  readonly managedClasses: readonly NamedPlace[];
  /** Imports, private declarations and private members that nothing in the file refers to. */
  readonly unused: readonly NamedPlace[];
}

// asc's CommonFlags is a constant enum, which does not survive into its JavaScript.
const flagExport = 2;
const flagPrivate = 512;

/** Outlines one AssemblyScript file with asc's own parser. */
export function outlineAssemblyScript(path: string, text: string): AssemblyScriptOutline {
  const parser = new asc.Parser();
  const docstringEnds = new Set<number>();
  parser.onComment = (_kind, comment, range) => {
    if (isDocstring(comment)) docstringEnds.add(range.end);
  };
  parser.parseFile(text, path, true);
  const lines = new LineMap(text);
  const statements = parser.sources[0]?.statements ?? [];
  const survey = new Survey(lines);
  for (const statement of statements) survey.visit(statement);
  return {
    imports: statements.flatMap((statement) => findImport(statement, lines)),
    functions: survey.functions,
    enums: [],
    exports: findExports(statements, text, docstringEnds, lines),
    errors: parser.diagnostics.map((diagnostic) => ({
      line: lines.lineAt(diagnostic.range?.start ?? 0),
      message: diagnostic.message,
    })),
    allocations: survey.allocations,
    managedClasses: survey.managedClasses,
    unused: findUnused(statements, survey, lines),
  };
}

function findImport(statement: asc.Statement, lines: LineMap): ImportSite[] {
  const lineOf = (node: asc.Node): number => lines.lineAt(node.range.start);
  const line = lineOf(statement);
  if (statement instanceof asc.ImportStatement) {
    const names = (statement.declarations ?? []).map((declaration) => ({
      foreign: declaration.foreignName.text,
      local: declaration.name.text,
      line: lineOf(declaration),
    }));
    const whole = statement.namespaceName;
    if (whole !== null) names.push({ foreign: "*", local: whole.text, line: lineOf(whole) });
    return [{ specifier: statement.path.value, line, names, reExport: false }];
  }
  if (statement instanceof asc.ExportStatement && statement.path !== null) {
    const names = statement.members?.map((member) => ({
      foreign: member.localName.text,
      local: "",
      line: lineOf(member),
    })) ?? [{ foreign: "*", local: "", line }];
    return [{ specifier: statement.path.value, line, names, reExport: true }];
  }
  return [];
}

/** The declarations of a top-level statement: itself, or the variables it declares. */
function declarationsOf(statement: asc.Statement): readonly asc.DeclarationStatement[] {
  if (statement instanceof asc.VariableStatement) return statement.declarations;
  return statement instanceof asc.DeclarationStatement ? [statement] : [];
}

function findExports(
  statements: readonly asc.Statement[],
  text: string,
  docstringEnds: ReadonlySet<number>,
  lines: LineMap,
): ExportedDeclaration[] {
  const exportedApart = new Set(statements.flatMap(namesExportedApart));
  const isDocumented = (start: number): boolean =>
    docstringEnds.has(text.slice(0, start).trimEnd().length);
  return statements.flatMap((statement) =>
    declarationsOf(statement)
      .filter(({ name, flags }) => (flags & flagExport) !== 0 || exportedApart.has(name.text))
      .map(({ name, range }) => ({
        name: name.text,
        line: lines.lineAt(range.start),
        isDocumented: isDocumented(statement.range.start) || isDocumented(range.start),
      })),
  );
}

function namesExportedApart(statement: asc.Statement): string[] {
  if (!(statement instanceof asc.ExportStatement) || statement.path !== null) return [];
  return (statement.members ?? []).map(({ localName }) => localName.text);
}

/** One walk over a file that collects whatever lies at any depth. */
class Survey {
  readonly functions: FunctionExtent[] = [];
  readonly allocations: NamedPlace[] = [];
  readonly managedClasses: NamedPlace[] = [];
  readonly privateMembers: NamedPlace[] = [];
  /** Names that stand for themselves: variables, functions, types. */
  readonly references = new Set<string>();
  /** Names that stand after a dot. */
  readonly members = new Set<string>();
  readonly #lines: LineMap;

  constructor(lines: LineMap) {
    this.#lines = lines;
  }

  visit(node: asc.Node): void {
    this.#note(node);
    for (const [key, value] of Object.entries(node)) {
      if (key === "range" || this.#isDeclaredName(node, key)) continue;
      for (const child of Array.isArray(value) ? value : [value]) {
        if (child instanceof asc.Node) this.visit(child);
      }
    }
  }

  #isDeclaredName(node: asc.Node, key: string): boolean {
    if (node instanceof asc.PropertyAccessExpression) return key === "property";
    if (node instanceof asc.ImportStatement) return true;
    if (node instanceof asc.ExportMember) return key === "exportedName";
    if (node instanceof asc.ExportStatement) return node.path !== null;
    if (node instanceof asc.DeclarationStatement || node instanceof asc.ParameterNode) {
      return key === "name" || key === "implicitFieldDeclaration";
    }
    return false;
  }

  #note(node: asc.Node): void {
    const line = this.#lines.lineAt(node.range.start);
    if (node instanceof asc.IdentifierExpression) this.references.add(node.text);
    if (node instanceof asc.PropertyAccessExpression) this.members.add(node.property.text);
    if (node instanceof asc.NewExpression) {
      this.allocations.push({ name: node.typeName.identifier.text, line });
    }
    if (node instanceof asc.FunctionDeclaration) {
      const lineCount = this.#lines.lineAt(node.range.end - 1) - line + 1;
      const name = node.name.text === "" ? "unnamed function" : node.name.text;
      this.functions.push({ name, line, lineCount, isSuite: false });
    }
    if (node instanceof asc.ClassDeclaration) this.#noteClass(node, line);
  }

  #noteClass(node: asc.ClassDeclaration, line: number): void {
    const isUnmanaged = node.decorators?.some(
      ({ name }) => name instanceof asc.IdentifierExpression && name.text === "unmanaged",
    );
    if (isUnmanaged !== true) this.managedClasses.push({ name: node.name.text, line });
    for (const member of node.members) {
      if ((member.flags & flagPrivate) === 0) continue;
      const at = this.#lines.lineAt(member.range.start);
      this.privateMembers.push({ name: member.name.text, line: at });
    }
  }
}

function findUnused(
  statements: readonly asc.Statement[],
  survey: Survey,
  lines: LineMap,
): NamedPlace[] {
  const imported = statements
    .filter((statement) => statement instanceof asc.ImportStatement)
    .flatMap((statement) => findImport(statement, lines))
    .flatMap(({ names }) => names.map(({ local, line }) => ({ name: local, line })));
  const own = statements
    .flatMap(declarationsOf)
    .filter(({ flags }) => (flags & flagExport) === 0)
    .map(({ name, range }) => ({ name: name.text, line: lines.lineAt(range.start) }));
  const unusedMembers = survey.privateMembers.filter(({ name }) => !survey.members.has(name));
  return [
    ...[...imported, ...own].filter(({ name }) => !survey.references.has(name)),
    ...unusedMembers,
  ];
}
