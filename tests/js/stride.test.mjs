import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { formula, nearest, outputSize, reachOf, taps, unseen, verdict, visits } = await load("arithmetic.js", "pictures.js", "stride.js");
const layer = (kernel, stride = 1, padding = 0, dilation = 1) => ({ kernel, stride, padding, dilation });

/** Every setting of the sliders on three sizes. */
function* settings() {
  for (const size of [1, 7, 16]) for (let kernel = 1; kernel <= 7; kernel++) for (let stride = 1; stride <= 5; stride++)
    for (let padding = 0; padding <= 4; padding++) for (let dilation = 1; dilation <= 3; dilation++) yield [size, layer(kernel, stride, padding, dilation)];
}

test("output sizes are those of Python and torch", () => {
  const { cases } = fixture("output_size");
  assert.ok(cases.length > 20);
  for (const { size, expected, ...options } of cases) assert.equal(outputSize(size, options.kernel, options) || null, expected, JSON.stringify(options));
});

test("a window touches the cells that dilation leaves it", () => {
  assert.deepEqual(taps(2, layer(3, 2)), [4, 5, 6]);
  assert.deepEqual(taps(0, layer(3, 1, 2, 2)), [-2, 0, 2]);
  assert.equal(reachOf(layer(3, 1, 0, 2)), 5);
});

test("each window counts once for each of its pixels", () => {
  assert.deepEqual(visits(8, layer(3, 2)), [1, 1, 2, 1, 2, 1, 1, 0]);
  assert.deepEqual(visits(4, layer(3, 1, 1)), [2, 3, 3, 2]);
});

test("the windows stay on the padded row, and one more would not", () => {
  for (const [size, options] of settings()) {
    const [places, end] = [outputSize(size, options.kernel, options), size + options.padding];
    if (places) assert.ok(taps(places - 1, options).at(-1) < end);
    assert.ok(taps(places, options).at(-1) >= end);
    const inside = Array.from({ length: places }, (_, place) => taps(place, options)).flat().filter((pixel) => pixel >= 0 && pixel < size);
    assert.equal(visits(size, options).reduce((sum, count) => sum + count, 0), inside.length);
    assert.equal(unseen(size, options).length, size - new Set(inside).size);
  }
});

test("the pixel in the middle of a window leads back to it", () => {
  for (const [size, options] of settings()) {
    const places = outputSize(size, options.kernel, options);
    for (let place = 0; place < places; place++) {
      const middle = (taps(place, options)[0] + taps(place, options).at(-1)) / 2;
      assert.equal(nearest(middle, places, options), place);
    }
    if (places) assert.deepEqual([nearest(-50, places, options), nearest(50, places, options)], [0, places - 1]);
  }
});

test("the formula is filled in, and says what the floor drops", () => {
  const half = formula(8, layer(3, 2));
  assert.equal(half.text, "⌊(8 + 2·0 − 1·(3 − 1) − 1) / 2⌋ + 1 = ⌊5/2⌋ + 1 = 3");
  assert.equal(half.floor, "Without the floor: 5/2 = 2.5. It drops half a step, and with it the last cell of the row.");
  assert.equal(formula(16, layer(2, 5, 4)).floor, "Without the floor: 22/5 = 4.4. It drops 2/5 of a step, and with it the last 2 cells of the padded row.");
  assert.equal(formula(7, layer(3, 2)).floor, "Without the floor: 4/2 = 2, the same: nothing is dropped.");
  assert.equal(formula(4, layer(7)).text, "⌊(4 + 2·0 − 1·(7 − 1) − 1) / 1⌋ + 1 = ⌊−3/1⌋ + 1 = −2");
  assert.equal(formula(4, layer(7)).floor, "That is less than one place.");
});

test("the formula ends with the size of the output", () => {
  for (const [size, options] of settings()) {
    const result = Number(formula(size, options).text.split("= ").at(-1).replace("−", "-"));
    assert.equal(Math.max(0, result), outputSize(size, options.kernel, options));
  }
});

test("the sentence compares output and input, and names what is lost", () => {
  assert.equal(verdict(8, layer(3, 2)), "Output 3 × 3: 5 fewer rows and columns than the input. Pixel 7 is never seen; on the square that is 15 of 64 pixels.");
  assert.equal(verdict(8, layer(3, 1, 1)), "Output 8 × 8: as large as the input. Every pixel is seen.");
  assert.equal(verdict(8, layer(4, 2, 1)), "Output 4 × 4: half the input. Every pixel is seen.");
  assert.equal(verdict(7, layer(3, 2, 1)), "Output 4 × 4: half the input, rounded up. Every pixel is seen.");
  assert.equal(verdict(7, layer(2, 2)), "Output 3 × 3: half the input, rounded down. Pixel 6 is never seen; on the square that is 13 of 49 pixels.");
  assert.equal(verdict(4, layer(3, 1, 2)), "Output 6 × 6: 2 more rows and columns than the input. Every pixel is seen.");
  assert.match(verdict(7, layer(2, 5)), /Pixels 2, 3 and 4 are never seen; on the square that is 33 of 49 pixels/);
});

test("a kernel that does not fit is told with the way out", () => {
  assert.equal(verdict(4, layer(7)), "The kernel does not fit: 7 spans 7 cells, and the row has 4. PyTorch stops here with an error. Take a smaller kernel, more padding or a larger input.");
  assert.match(verdict(3, layer(3, 1, 1, 3)), /3 with dilation 3 spans 7 cells, and the padded row has 5\. .* smaller kernel or dilation/);
  assert.deepEqual(unseen(4, layer(7)), [0, 1, 2, 3]);
});
