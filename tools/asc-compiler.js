// The compiler's entry without asc's declarations, for the reason given in source/asc-parser.js.
export { main } from "assemblyscript/asc";
