/* The arithmetic of convolutions, shared by figures. A plane is { rows, columns, values }, values row by row.
   The same cases test it and the Python side: tests/fixtures/. */

/** Places where a kernel can stand along one side, by PyTorch's floor rule; 0 where it does not fit. */
export function outputSize(size, kernel, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const room = size + 2 * padding - dilation * (kernel - 1) - 1;
  return room < 0 ? 0 : Math.floor(room / stride) + 1;
}

/** The value of a plane; null outside, which is padding. */
export function at({ rows, columns, values }, row, column) {
  return row < 0 || column < 0 || row >= rows || column >= columns ? null : values[row * columns + column];
}

/** The kernel x kernel values under the window of one output cell; null in the padding. */
export function patch(plane, [row, column], kernel, { stride = 1, padding = 0, dilation = 1 } = {}) {
  const side = Array.from({ length: kernel }, (_, k) => k * dilation - padding);
  return side.map((down) => side.map((right) => at(plane, row * stride + down, column * stride + right)));
}

/** Cross-correlate planes with a weight [channel][row][column]: one output plane, as torch's conv2d. */
export function conv2d(planes, weight, { bias = 0, stride = 1, padding = 0, dilation = 1 } = {}) {
  const kernel = weight[0].length;
  const options = { stride, padding, dilation };
  const rows = outputSize(planes[0].rows, kernel, options);
  const columns = outputSize(planes[0].columns, kernel, options);
  const values = new Float32Array(rows * columns).fill(bias);
  planes.forEach((plane, c) => {
    for (let i = 0; i < kernel; i++) for (let j = 0; j < kernel; j++) {
      const [w, down, right] = [weight[c][i][j], i * dilation - padding, j * dilation - padding];
      if (w === 0) continue;
      for (let row = 0; row < rows; row++) {
        const y = row * stride + down;
        if (y < 0 || y >= plane.rows) continue;
        for (let column = 0; column < columns; column++) {
          const x = column * stride + right;
          if (x >= 0 && x < plane.columns) values[row * columns + column] += w * plane.values[y * plane.columns + x];
        }
      }
    }
  });
  return { rows, columns, values };
}
