import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("text.suite.ts", import.meta.url));
