import { compareWithNode } from "../differential.fixture.ts";

await compareWithNode(new URL("clone.suite.ts", import.meta.url));
