/** Offsets into the source's text. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** Base of all syntax nodes. */
export abstract class Node {
  readonly range: Range;
}

/** A node that stands for a statement. */
export type Statement = Node;

/** A name; `text` is the name itself. */
export class IdentifierExpression extends Node {
  readonly text: string;
}

/** `expression.property`. */
export class PropertyAccessExpression extends Node {
  readonly property: IdentifierExpression;
}

/** `new typeName(...)`. */
export class NewExpression extends Node {
  readonly typeName: { readonly identifier: IdentifierExpression };
}

/** Anything that declares a name. */
export abstract class DeclarationStatement extends Node {
  readonly name: IdentifierExpression;
  readonly decorators: readonly { readonly name: Node }[] | null;
  readonly flags: number;
}

/** A function or a method. */
export class FunctionDeclaration extends DeclarationStatement {
  readonly body: Statement | null;
}

/** A class or an interface. */
export class ClassDeclaration extends DeclarationStatement {
  readonly members: readonly DeclarationStatement[];
}

/** A function's parameter. */
export class ParameterNode extends Node {
  readonly name: IdentifierExpression;
}

/** `let` or `const` with its declarations. */
export class VariableStatement extends Node {
  readonly declarations: readonly DeclarationStatement[];
}

/** One name of an import. */
export interface ImportDeclaration extends DeclarationStatement {
  readonly foreignName: IdentifierExpression;
}

/** An import; `declarations` is null for `import * as namespaceName`. */
export class ImportStatement extends Node {
  readonly declarations: readonly ImportDeclaration[] | null;
  readonly namespaceName: IdentifierExpression | null;
  readonly path: { readonly value: string };
}

/** One name of an export list. */
export class ExportMember extends Node {
  readonly localName: IdentifierExpression;
}

/** An export list, or `export *` when `members` is null; `path` is null without `from`. */
export class ExportStatement extends Node {
  readonly members: readonly ExportMember[] | null;
  readonly path: { readonly value: string } | null;
}

/** asc's parser. */
export class Parser {
  onComment: ((kind: number, text: string, range: Range) => void) | null;
  readonly diagnostics: readonly { readonly message: string; readonly range: Range | null }[];
  readonly sources: readonly { readonly statements: readonly Statement[] }[];
  parseFile(text: string, path: string, isEntry: boolean): void;
}
