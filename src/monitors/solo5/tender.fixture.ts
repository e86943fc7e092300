/** What tests that need Solo5's tender say where it is missing. */
import { findTender, installTender } from "./find-tender.ts";

/** Whether solo5-spt is here. */
export const hasTender = findTender(process.env) !== undefined;

/** Behind the name of a group of tests that is skipped: what to do. */
export const tenderNeeded = hasTender ? "" : ` (needs solo5-spt: ${installTender})`;
