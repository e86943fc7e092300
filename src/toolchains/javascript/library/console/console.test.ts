import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("console.suite.ts", import.meta.url));
