import assert from "node:assert/strict";
import test from "node:test";
import { fixture, load } from "./load.mjs";

const { ORIENTATIONS, answer, bank, degrees, gabor, half, magnitude, stripes, strongest, towards } = await load("pictures.js", "gabor.js");

const near = (got, expected, within = 1e-6) => {
  assert.equal(got.length, expected.length);
  expected.forEach((value, i) => assert.ok(Math.abs(got[i] - value) < within, `${got[i]} is not ${value}, at ${i}`));
};
/** A plane from a function of row and column. */
const plane = (rows, columns, call) =>
  ({ rows, columns, values: Float32Array.from({ length: rows * columns }, (_, i) => call(Math.floor(i / columns), i % columns)) });
const noise = plane(9, 14, (row, column) => (Math.sin(37 * row + 91 * column) + 1) / 2);

test("the kernel is that of scikit-image and of torch", () => {
  const { cases } = fixture("gabor");
  assert.ok(cases.length > 3);
  for (const { frequency, theta, sigma, size, real, imaginary } of cases) {
    const got = gabor({ frequency, theta, sigma }, (size - 1) / 2);
    assert.deepEqual([got.real.rows, got.imaginary.columns], [size, size]);
    near(got.real.values, real.flat());
    near(got.imaginary.values, imaginary.flat());
  }
});

test("the kernel reaches three standard deviations far, and its window sums to 1 without a wave", () => {
  assert.deepEqual([1, 2, 3.1].map(half), [3, 6, 10]);
  const { real } = gabor({ frequency: 0, theta: 1, sigma: 2 });
  assert.equal(real.rows, 13);
  assert.ok(Math.abs(real.values.reduce((sum, value) => sum + value, 0) - 1) < 0.01);
});

test("the answer is the correlation with the kernel, zeros beyond the border", () => {
  for (const theta of [0, 0.4, Math.PI / 2, 2.5]) {
    const options = { frequency: 0.17, theta, sigma: 1.6 };
    const [kernel, far] = [gabor(options), half(1.6)];
    const got = answer(noise, options);
    for (const part of ["real", "imaginary"]) {
      const slow = plane(9, 14, (row, column) => {
        let sum = 0;
        for (let i = -far; i <= far; i++) for (let j = -far; j <= far; j++) {
          const [y, x] = [row + i, column + j];
          if (y < 0 || x < 0 || y >= 9 || x >= 14) continue;
          sum += noise.values[y * 14 + x] * kernel[part].values[(i + far) * (2 * far + 1) + j + far];
        }
        return sum;
      });
      near(got[part].values, slow.values, 1e-5);
    }
  }
});

test("a magnitude is the length of a complex number", () => {
  near(magnitude({ real: plane(1, 2, () => 3), imaginary: plane(1, 2, () => -4) }).values, [5, 5]);
});

test("the bank holds eight directions, and stripes answer theirs", () => {
  near(ORIENTATIONS.map((theta) => (theta * 180) / Math.PI), [0, 22.5, 45, 67.5, 90, 112.5, 135, 157.5], 1e-9);
  ORIENTATIONS.forEach((theta, i) => {
    const wave = plane(32, 32, (row, column) => (1 + Math.cos(2 * Math.PI * 0.2 * (column * Math.cos(theta) + row * Math.sin(theta)))) / 2);
    const means = bank(wave, { frequency: 0.2, sigma: 2 }).map(({ mean }) => mean);
    assert.equal(means.indexOf(Math.max(...means)), i);
  });
});

test("a point beside the middle gives its direction, on either side the same", () => {
  const told = (right, down) => degrees(towards(right, down));
  assert.deepEqual([told(1, 0), told(-1, 0), told(0, 1), told(0, -1)], ["0°", "0°", "90°", "90°"]);
  assert.deepEqual([told(5, 5), told(-5, -5), told(-5, 5), told(5, -5)], ["45°", "45°", "135°", "135°"]);
  assert.equal(told(100, 1), "0°");
  assert.equal(told(100, 2), "1.5°");
  assert.equal(told(-100, 0.1), "0°", "half a turn is none");
  assert.equal(towards(3, -0.001), 0);
});

test("stripes lie across the direction of the wave", () => {
  const at = (angle) => stripes((angle * Math.PI) / 180);
  assert.deepEqual([0, 45, 90, 135, 180].map(at),
    ["stand upright", "rise to the right", "lie level", "fall to the right", "stand upright"]);
  assert.deepEqual([22, 23], [22, 23].filter((angle) => at(angle) === at(angle < 22.5 ? 0 : 45)));
});

test("the strongest direction is told with its lead", () => {
  const means = [0.1, 0.2, 0.3, 0.15, 0.1, 0.1, 0.1, 0.12];
  assert.equal(strongest(means.map((mean, i) => ({ mean, theta: ORIENTATIONS[i] }))),
    "Strongest at 45°: a mean magnitude of 0.3, 3 times the weakest (0°).");
  assert.equal(strongest(ORIENTATIONS.map((theta) => ({ mean: 0, theta }))), "No answer at any orientation: the picture is black.");
});
