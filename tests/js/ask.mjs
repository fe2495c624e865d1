// Answers questions that a Python test asks of the engine: node ask.mjs QUESTIONS.json; the answers go to stdout.
import { readFileSync } from "node:fs";
import { load } from "./load.mjs";

const { build, decode, explained, fieldOf, normalised, resized, run, through } = await load("network.js", "photograph.js", "stages.js");
const bytes = (base64) => new Uint8Array(Buffer.from(base64, "base64"));
const numbers = (base64) => new Float32Array(bytes(base64).buffer);
const packed = (array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString("base64");

const CALLS = {
  /** What leaves each layer; with `changed`, once more with other maps in some places. */
  outputs({ layers, weights, image, changed }) {
    const net = build(layers, decode(weights));
    const outputs = run(net, { 0: numbers(image) });
    if (!changed) return outputs.map(packed);
    const maps = Object.fromEntries(Object.entries(changed).map(([layer, each]) => [layer, numbers(each)]));
    return run(net, maps, outputs).map(packed);
  },
  /** What leaves each layer without some filters, and of some cells [stage, map, row, column] what they are made of. */
  opened({ layers, stages, weights, image, ablated, cells }) {
    const net = build(layers, decode(weights));
    const outputs = through(net, stages, numbers(image), ablated);
    const made = cells.map(([stage, map, ...cell]) => {
      const { terms, bias, steps, value } = explained(net, stages[stage], outputs, map, cell);
      return { sums: terms.map(({ sum }) => sum), bias, steps: steps.map((each) => each.value), value, field: fieldOf(net, stages[stage].last, map, cell) };
    });
    return { outputs: outputs.map(packed), made };
  },
  resized: ({ width, height, data, size }) => packed(resized({ width, height, data: bytes(data) }, size)),
  normalised: ({ data, mean, std }) => packed(normalised(bytes(data), mean, std)),
};

const questions = JSON.parse(readFileSync(process.argv[2], "utf8"));
process.stdout.write(JSON.stringify(questions.map(({ call, ...given }) => CALLS[call](given))));
