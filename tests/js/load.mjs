// Loads a figure's module as a page does: from its text, as one file. (Node would take a bare .js for CommonJS.)
import { readFileSync } from "node:fs";

const STATIC = new URL("../../ainotes/widgets/static/", import.meta.url);
const FIXTURES = new URL("../fixtures/", import.meta.url);

export const text = (name) => readFileSync(new URL(name, STATIC), "utf8");
/** Import files as one module, in the order in which the figure's class puts them together. */
export const load = (...names) =>
  import(`data:text/javascript;base64,${Buffer.from(names.map(text).join("")).toString("base64")}`);
export const fixture = (name) => JSON.parse(readFileSync(new URL(`${name}.json`, FIXTURES), "utf8"));
export const cases = fixture("live_figures");
