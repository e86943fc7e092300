import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("node.suite.ts", import.meta.url));
