// asc's own declarations put AssemblyScript's globals (assert, max, i32, console ...) into every
// TypeScript file that can see them; this file keeps them out. Its types: asc-parser.d.ts.
export {
  ClassDeclaration,
  DeclarationStatement,
  ExportMember,
  ExportStatement,
  FunctionDeclaration,
  IdentifierExpression,
  ImportStatement,
  NewExpression,
  Node,
  ParameterNode,
  Parser,
  PropertyAccessExpression,
  VariableStatement,
} from "assemblyscript";
