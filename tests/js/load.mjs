// Loads a figure's module as a page does: from its text, as one file. (Node would take a bare .js for CommonJS.)
import { readFileSync } from "node:fs";

const STATIC = new URL("../../ainotes/widgets/static/", import.meta.url);

export const text = (name) => readFileSync(new URL(name, STATIC), "utf8");
export const load = (name) => import(`data:text/javascript;base64,${Buffer.from(text(name)).toString("base64")}`);
export const cases = JSON.parse(readFileSync(new URL("../fixtures/live_figures.json", import.meta.url), "utf8"));
