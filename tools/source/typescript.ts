import {
  type Comment,
  type ExportNamedDeclaration,
  type Expression,
  type Program,
  parseSync,
  Visitor,
} from "oxc-parser";
import { LineMap } from "./lines.ts";
import {
  type ExportedDeclaration,
  type FunctionExtent,
  type ImportSite,
  isDocstring,
  type NamedPlace,
  type Outline,
} from "./outline.ts";

type Parsed = ReturnType<typeof parseSync>;

/** Outlines one TypeScript or JavaScript file; a syntax error leaves the outline incomplete. */
export function outlineTypeScript(path: string, text: string): Outline {
  const parsed = parseSync(path, text, { sourceType: "module" });
  const lines = new LineMap(text);
  return {
    imports: findImports(parsed, text, lines),
    functions: findFunctions(parsed.program, lines),
    exports: findExports(parsed.program, parsed.comments, text, lines),
    enums: findEnums(parsed.program, lines),
    errors: parsed.errors.map((error) => ({
      line: lines.lineAt(error.labels[0]?.start ?? 0),
      message: error.message,
    })),
  };
}

function findImports(parsed: Parsed, text: string, lines: LineMap): ImportSite[] {
  const sites: ImportSite[] = [];
  for (const { moduleRequest, entries, start } of parsed.module.staticImports) {
    const names = entries.map(({ importName, localName }) => ({
      foreign: importName.name ?? "*",
      local: localName.value,
      line: lines.lineAt(localName.start),
    }));
    const line = lines.lineAt(start);
    sites.push({ specifier: moduleRequest.value, line, names, reExport: false });
  }
  for (const { entries, start } of parsed.module.staticExports) {
    const line = lines.lineAt(start);
    for (const { moduleRequest, importName } of entries) {
      if (moduleRequest === null) continue;
      const names = [{ foreign: importName.name ?? "*", local: "", line }];
      sites.push({ specifier: moduleRequest.value, line, names, reExport: true });
    }
  }
  for (const { moduleRequest, start } of parsed.module.dynamicImports) {
    const literal = /^(["'`])([^$]*)\1$/s.exec(text.slice(moduleRequest.start, moduleRequest.end));
    if (literal?.[2] === undefined) continue;
    const line = lines.lineAt(start);
    const names = [{ foreign: "*", local: "", line }];
    sites.push({ specifier: literal[2], line, names, reExport: false });
  }
  sites.push(...findTypeImports(parsed.program, lines));
  return sites.sort((a, b) => a.line - b.line);
}

/** Finds `import("./x.ts").Name` in types, which the module record leaves out. */
function findTypeImports(program: Program, lines: LineMap): ImportSite[] {
  const sites: ImportSite[] = [];
  new Visitor({
    TSImportType(node) {
      const line = lines.lineAt(node.start);
      const names = [{ foreign: "*", local: "", line }];
      sites.push({ specifier: node.source.value, line, names, reExport: false });
    },
  }).visit(program);
  return sites;
}

function findEnums(program: Program, lines: LineMap): NamedPlace[] {
  const found: NamedPlace[] = [];
  new Visitor({
    TSEnumDeclaration(node) {
      found.push({ name: node.id.name, line: lines.lineAt(node.start) });
    },
  }).visit(program);
  return found;
}

interface Span {
  readonly start: number;
  readonly end: number;
}

function findFunctions(program: Program, lines: LineMap): FunctionExtent[] {
  const found: FunctionExtent[] = [];
  const names = new Map<Span, string>();
  const suites = new Set<Span>();
  const add = (node: Span, name: string): void => {
    const line = lines.lineAt(node.start);
    const lineCount = lines.lineAt(node.end - 1) - line + 1;
    found.push({ name, line, lineCount, isSuite: suites.has(node) });
  };
  const keyName = (key: Span & { name?: unknown }): string =>
    typeof key.name === "string" ? key.name : "computed member";
  // Parents are visited first, so that a function without a name takes its holder's.
  new Visitor({
    CallExpression(node) {
      if (calleeName(node.callee) !== "describe") return;
      for (const argument of node.arguments) suites.add(argument);
    },
    VariableDeclarator(node) {
      if (node.init !== null && node.id.type === "Identifier") names.set(node.init, node.id.name);
    },
    Property(node) {
      names.set(node.value, keyName(node.key));
    },
    PropertyDefinition(node) {
      if (node.value !== null) names.set(node.value, keyName(node.key));
    },
    MethodDefinition(node) {
      names.set(node.value, keyName(node.key));
    },
    FunctionDeclaration(node) {
      add(node, node.id?.name ?? "default export");
    },
    FunctionExpression(node) {
      add(node, node.id?.name ?? names.get(node) ?? "unnamed function");
    },
    ArrowFunctionExpression(node) {
      add(node, names.get(node) ?? "unnamed function");
    },
  }).visit(program);
  return found;
}

/** The leftmost name of a callee: `describe` in `describe.skip` and in `describe.each(rows)`. */
function calleeName(callee: Expression): string {
  if (callee.type === "Identifier") return callee.name;
  if (callee.type === "CallExpression") return calleeName(callee.callee);
  if (callee.type === "MemberExpression") return calleeName(callee.object);
  return "";
}

type Statement = Program["body"][number];

function findExports(
  program: Program,
  comments: readonly Comment[],
  text: string,
  lines: LineMap,
): ExportedDeclaration[] {
  const docstringEnds = comments
    .filter(({ start, end }) => isDocstring(text.slice(start, end)))
    .map(({ end }) => end);
  const isDocumented = (start: number): boolean =>
    docstringEnds.some((end) => end <= start && text.slice(end, start).trim() === "");
  const exportedApart = new Set(program.body.flatMap(namesExportedApart));
  // Overloads, and a constant with the type of the same name, share one docstring.
  const byName = new Map<string, ExportedDeclaration>();
  for (const statement of program.body) {
    const isExport = statement.type.startsWith("Export");
    for (const name of declaredNames(statement)) {
      if (!isExport && !exportedApart.has(name)) continue;
      const known = byName.get(name);
      byName.set(name, {
        name,
        line: known?.line ?? lines.lineAt(statement.start),
        isDocumented: known?.isDocumented === true || isDocumented(statement.start),
      });
    }
  }
  return [...byName.values()];
}

function namesExportedApart(statement: Statement): string[] {
  if (statement.type !== "ExportNamedDeclaration" || statement.source !== null) return [];
  return statement.specifiers.flatMap(({ local }) =>
    local.type === "Identifier" ? [local.name] : [],
  );
}

function declaredNames(statement: Statement | ExportNamedDeclaration["declaration"]): string[] {
  switch (statement?.type) {
    case "ExportNamedDeclaration":
      return declaredNames(statement.declaration);
    case "ExportDefaultDeclaration":
      return ["default"];
    case "VariableDeclaration":
      return statement.declarations.map(({ id }) =>
        id.type === "Identifier" ? id.name : "pattern",
      );
    case "FunctionDeclaration":
    case "TSDeclareFunction":
    case "ClassDeclaration":
      return statement.id === null ? [] : [statement.id.name];
    case "TSTypeAliasDeclaration":
    case "TSInterfaceDeclaration":
    case "TSEnumDeclaration":
      return [statement.id.name];
    default:
      return [];
  }
}
