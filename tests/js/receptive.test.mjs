import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { fields, middle, nearest, seen, sentence, sizes, stuck, taps, tidy } = await load("pictures.js", "receptive.js");
const layer = (kernel, stride = 1, padding = 0, dilation = 1, name = "conv") => ({ name, kernel, stride, padding, dilation });
const PIXEL = { size: 1, jump: 1, start: 0 };

test("sizes are those of Python and torch", () => {
  const { cases } = fixture("output_size");
  assert.ok(cases.length > 20);
  for (const { size, expected, ...numbers } of cases) assert.deepEqual(sizes([numbers], size), expected ? [size, expected] : [size], JSON.stringify(numbers));
});

test("fields, and what a unit depends on, are those of Python and torch", () => {
  const { cases } = fixture("receptive_field");
  assert.ok(cases.length > 10);
  for (const each of cases) {
    assert.deepEqual(fields(each.layers), each.fields);
    assert.deepEqual(seen(each.layers, each.position, each.size), each.seen);
  }
});

test("sizes end before the first layer that does not fit", () => {
  assert.deepEqual(sizes([layer(3), layer(2, 2), layer(9), layer(1)], 16), [16, 14, 7]);
  assert.equal(stuck([layer(3), layer(2, 2)], 16), "");
  assert.equal(stuck([layer(3), layer(9, 1, 0, 1, "average pool"), layer(1)], 8),
    "Layer 2 (average pool) does not fit: its kernel spans 9 cells, and 6 arrive. Change it or a layer before it.");
  assert.match(stuck([layer(3, 1, 1, 4)], 5), /spans 9 cells, and 5 arrive, 7 with padding\./);
});

test("a window touches padding too", () => assert.deepEqual(taps(0, layer(3, 2, 1, 2)), [-1, 1, 3]));

test("the middle of a unit's field leads back to the unit", () => {
  for (const padding of [0, 1]) {
    const stack = [layer(3, 1, padding), layer(2, 2), layer(3, 1, 2 * padding, 2), layer(5, 3, padding)];
    const places = sizes(stack, 40);
    assert.equal(places.length, 5);
    [PIXEL, ...fields(stack)].forEach((field, depth) => {
      for (let unit = 0; unit < places[depth]; unit++) {
        const pixels = seen(stack.slice(0, depth), unit, 40)[0];
        if (!padding) assert.equal(middle(field, unit), (pixels[0] + pixels.at(-1)) / 2);
        assert.equal(nearest(field, middle(field, unit), places[depth]), unit);
      }
      assert.deepEqual([nearest(field, -99, places[depth]), nearest(field, 99, places[depth])], [0, places[depth] - 1]);
    });
  }
});

test("an edited layer stays one that PyTorch takes", () => {
  assert.deepEqual(tidy(layer(3, 1, 5, 4)), layer(3, 1, 5, 4));
  assert.deepEqual(tidy(layer(3, 1, 5, 4, "max pool")), layer(3, 1, 1, 4, "max pool"));
  assert.deepEqual(tidy(layer(2, 2, 1, 4, "average pool")), layer(2, 2, 1, 1, "average pool"));
});

test("the sentence tells field, distance, holes, padding and a field that is larger than the input", () => {
  const told = (stack, unit, size) => {
    const [rows, columns] = unit.map((place) => seen(stack, place, size)[0]);
    return sentence(stack.length, fields(stack).at(-1), size, rows, columns);
  };
  const lesson = [layer(3), layer(2, 2), layer(3), layer(2, 2), layer(3)];
  assert.equal(told(lesson, [1, 1], 28), "A unit of layer 5 sees 18 × 18 pixels of the input; neighbours are 4 pixels apart.");
  assert.equal(told([layer(3, 1, 0, 2)], [1, 1], 9),
    "A unit of layer 1 spans 5 × 5 pixels of the input; neighbours are 1 pixel apart. This one sees 9 pixels and leaves 16 between them as holes.");
  assert.equal(told([layer(3, 1, 1)], [0, 4], 9),
    "A unit of layer 1 sees 3 × 3 pixels of the input; neighbours are 1 pixel apart. This one sees 6 pixels: the rest of its field is padding.");
  assert.match(told([layer(3, 2, 1), layer(3, 2, 1), layer(3, 2, 1)], [0, 0], 8), /sees 15 × 15 pixels .* larger than the input, 8 × 8\. This one sees 64 pixels: the rest/);
  assert.match(told([layer(3, 1, 4)], [0, 0], 9), /This one sees 0 pixels: the rest of its field is padding/);
});
