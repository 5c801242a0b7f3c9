// The pictures: a fit or a decision boundary, losses over time, masks, weights, seeds.

import { FONT, path, scale, ticks } from "./canvas.js";

const MARGIN = { left: 34, right: 8, top: 8, bottom: 20 };

// ---- a fit -----------------------------------------------------------------------------------------------------------

/**
 * Draw points, a fit, and what the dropouts make of it.
 * @param {{x: number[][], y: number[][], x_test: number[][], y_test: number[][], low: number[], high: number[]}} data
 * @param {{fit?: number[][], samples?: number[][]}} seen
 * @param {number[][] | undefined} other the fit of the other setting
 */
export function drawFit(context, width, height, colours, data, seen, colour, other, otherColour) {
  const low = data.low[0];
  const high = data.high[0];
  const all = [...data.y, ...data.y_test].flat().filter((value) => value !== null);
  const [bottom, top] = padded(Math.min(...all), Math.max(...all), 0.25);
  const x = scale(low, high, MARGIN.left, width - MARGIN.right);
  const y = scale(bottom, top, height - MARGIN.bottom, MARGIN.top);
  drawAxes(context, width, height, colours, x, y, ticks(low, high, 5), ticks(bottom, top, 4));
  context.save();
  clip(context, width, height);
  const along = (values) => values.map((value, i) => [x(low + ((high - low) * i) / (values.length - 1)), value === null ? null : y(value)]);
  if (seen.samples) drawBand(context, seen.samples, along, colour);
  if (other) {
    context.strokeStyle = otherColour;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    path(context, along(other.flat()));
    context.setLineDash([]);
  }
  if (seen.fit) {
    context.strokeStyle = colour;
    context.lineWidth = 2.5;
    path(context, along(seen.fit.flat()));
  }
  context.strokeStyle = colours.soft;
  context.lineWidth = 1.25;
  each(data.x_test, data.y_test, ([left], [up]) => {
    context.beginPath();
    context.arc(x(left), y(up), 3.25, 0, 7);
    context.stroke();
  });
  context.fillStyle = colours.ink;
  each(data.x, data.y, ([left], [up]) => {
    context.beginPath();
    context.arc(x(left), y(up), 3.5, 0, 7);
    context.fill();
  });
  context.restore();
  return { x: inverse(low, high, MARGIN.left, width - MARGIN.right), y: inverse(bottom, top, height - MARGIN.bottom, MARGIN.top) };
}

/** Draw where nine of ten dropout samples lie, and each of them as a hair. */
function drawBand(context, samples, along, colour) {
  const columns = samples[0].map((_, i) => samples.map((sample) => sample[i] ?? 0).sort((a, b) => a - b));
  const at = (share) => columns.map((column) => column[Math.round(share * (column.length - 1))]);
  const upper = along(at(0.95));
  const lower = along(at(0.05)).reverse();
  context.beginPath();
  for (const [left, up] of [...upper, ...lower]) context.lineTo(left, up);
  context.closePath();
  context.globalAlpha = 0.13;
  context.fillStyle = colour;
  context.fill();
  context.globalAlpha = 0.16;
  context.strokeStyle = colour;
  context.lineWidth = 0.75;
  for (const sample of samples) path(context, along(sample));
  context.globalAlpha = 1;
}

// ---- a decision boundary ---------------------------------------------------------------------------------------------

/** Draw the probability of class 1 as a ground, the boundary as a line, and where dropout samples disagree. */
export function drawClasses(context, width, height, colours, data, seen) {
  const x = scale(data.low[0], data.high[0], MARGIN.left, width - MARGIN.right);
  const y = scale(data.low[1], data.high[1], height - MARGIN.bottom, MARGIN.top);
  drawAxes(context, width, height, colours, x, y, ticks(data.low[0], data.high[0], 5), ticks(data.low[1], data.high[1], 4));
  context.save();
  clip(context, width, height);
  const box = [MARGIN.left, MARGIN.top, width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom];
  if (seen.grid) {
    drawGround(context, seen.grid, colours, box);
    context.strokeStyle = colours.ink;
    context.lineWidth = 2;
    drawContour(context, seen.grid, 0.5, box);
  }
  if (seen.votes) {
    context.strokeStyle = colours.ink;
    context.lineWidth = 1;
    context.setLineDash([3, 3]);
    drawContour(context, seen.votes, 0.1, box);
    drawContour(context, seen.votes, 0.9, box);
    context.setLineDash([]);
  }
  context.lineWidth = 1.5;
  each(data.x_test, data.y_test, ([left, up], kind) => mark(context, x(left), y(up), kind, colours, false));
  each(data.x, data.y, ([left, up], kind) => mark(context, x(left), y(up), kind, colours, true));
  context.restore();
  return { x: inverse(data.low[0], data.high[0], MARGIN.left, width - MARGIN.right), y: inverse(data.low[1], data.high[1], height - MARGIN.bottom, MARGIN.top) };
}

function mark(context, x, y, kind, colours, full) {
  context.beginPath();
  if (kind) context.rect(x - 3.25, y - 3.25, 6.5, 6.5);
  else context.arc(x, y, 3.75, 0, 7);
  context.fillStyle = kind ? colours.one : colours.zero;
  context.strokeStyle = full ? colours.paper : context.fillStyle;
  if (full) context.fill();
  context.lineWidth = full ? 1 : 1.5;
  context.stroke();
}

function drawGround(context, grid, colours, [left, top, width, height]) {
  const side = Math.round(Math.sqrt(grid.length));
  const image = new ImageData(side, side);
  const zero = rgb(colours.zero);
  const one = rgb(colours.one);
  grid.forEach((probability, i) => {
    const share = probability ?? 0.5;
    const strength = Math.abs(share - 0.5) * 2;
    const colour = share > 0.5 ? one : zero;
    image.data.set([...colour, 20 + 90 * strength], 4 * i);
  });
  const small = new OffscreenCanvas(side, side);
  small.getContext("2d").putImageData(image, 0, 0);
  context.imageSmoothingEnabled = true;
  context.imageSmoothingQuality = "high";
  const half = { x: width / (side - 1) / 2, y: height / (side - 1) / 2 };
  context.drawImage(small, left - half.x, top - half.y, width + 2 * half.x, height + 2 * half.y);
}

/** Draw where a grid of values crosses a level (marching squares, a segment in every square that is crossed). */
function drawContour(context, grid, level, [left, top, width, height]) {
  const side = Math.round(Math.sqrt(grid.length));
  const x = (column) => left + (width * column) / (side - 1);
  const y = (row) => top + (height * row) / (side - 1);
  context.beginPath();
  for (let row = 0; row < side - 1; row += 1) {
    for (let column = 0; column < side - 1; column += 1) {
      const corners = [[0, 0], [0, 1], [1, 1], [1, 0]].map(([down, right]) => ({
        value: (grid[(row + down) * side + column + right] ?? level) - level,
        x: x(column + right),
        y: y(row + down),
      }));
      const crossings = [];
      corners.forEach((here, i) => {
        const next = corners[(i + 1) % 4];
        if (here.value < 0 === next.value < 0) return;
        const share = here.value / (here.value - next.value);
        crossings.push([here.x + share * (next.x - here.x), here.y + share * (next.y - here.y)]);
      });
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        context.moveTo(...crossings[i]);
        context.lineTo(...crossings[i + 1]);
      }
    }
  }
  context.stroke();
}

// ---- losses over time ------------------------------------------------------------------------------------------------

/**
 * Draw losses over the steps, on a logarithmic axis: the test loss solid, the training loss dashed.
 * @param {{losses: number[][], colour: string, name: string}[]} lanes rows of step, training loss, test loss
 */
export function drawLosses(context, width, height, colours, lanes, steps, words) {
  const values = lanes.flatMap((lane) => lane.losses.flatMap(([, train, test]) => [train, test])).filter((value) => value > 0);
  const low = Math.floor(Math.log10(Math.max(values.length ? Math.min(...values) : 0.01, 1e-6)) * 2) / 2;
  const high = Math.max(low + 1, Math.ceil(Math.log10(values.length ? Math.min(Math.max(...values), 1e6) : 1) * 2) / 2);
  const right = 76;
  const x = scale(0, steps, MARGIN.left + 8, width - right);
  const y = scale(low, high, height - MARGIN.bottom, MARGIN.top);
  const decades = [1, 2, 5].flatMap((digit) => Array.from({ length: 14 }, (_, i) => digit * 10 ** (i - 7)));
  const shown = decades.filter((value) => Math.log10(value) >= low - 1e-9 && Math.log10(value) <= high + 1e-9);
  const few = shown.length > 8 ? shown.filter((value) => /^1(e|0*$)|^0\.0*1$/.test(String(value))) : shown;
  drawAxes(context, width - right + MARGIN.right, height, colours, x, (value) => y(Math.log10(value)), ticks(0, steps, 5), few, 8);
  const labels = [];
  for (const lane of lanes) {
    context.strokeStyle = colours[lane.colour];
    for (const [column, dash, weight] of [[1, [4, 3], 1.5], [2, [], 2.25]]) {
      const points = lane.losses.map((row) => [x(row[0]), row[column] > 0 ? y(clamp(Math.log10(row[column]), low, high)) : null]);
      context.setLineDash(dash);
      context.lineWidth = weight;
      path(context, points);
      const last = points.at(-1);
      if (last && last[1] !== null) labels.push({ y: last[1], text: `${lane.name} ${column === 1 ? words.train : words.test}`, colour: colours[lane.colour] });
    }
    context.setLineDash([]);
  }
  writeApart(context, labels, width - right + 6, height - MARGIN.bottom);
}

/** Write labels beside the ends of lines, and push them apart where they would overlap. */
function writeApart(context, labels, x, bottom) {
  labels.sort((a, b) => a.y - b.y);
  for (let i = 1; i < labels.length; i += 1) labels[i].y = Math.max(labels[i].y, labels[i - 1].y + 14);
  for (let i = labels.length - 1, limit = bottom; i >= 0; i -= 1, limit = labels[i + 1].y - 14) labels[i].y = Math.min(labels[i].y, limit);
  context.textAlign = "left";
  context.textBaseline = "middle";
  context.font = FONT;
  for (const label of labels) {
    context.fillStyle = label.colour;
    context.fillText(label.text, x, label.y);
  }
}

// ---- masks -----------------------------------------------------------------------------------------------------------

/** Return the height that the masks of some layers need. */
export function masksHeight(masks, width) {
  return masks.reduce((sum, mask) => sum + unitRows(mask, width).height + samplesHeight(mask) + 20, 0);
}

const unitRows = (mask, width) => {
  const units = mask.rows[0].length;
  const perRow = Math.min(units, Math.max(8, Math.floor(width / 16)));
  const size = Math.min(width / perRow, 22);
  return { perRow, size, height: Math.ceil(units / perRow) * size + 6 };
};
const samplesHeight = (mask) => (mask.dropped === 0 ? 0 : sampleHeight(mask) * mask.rows.length); // all alike: not worth a picture
const sampleHeight = (mask) => Math.max(1, Math.min(5, 100 / mask.rows.length));

/** Draw what every dropout did: the units of one sample as lamps, and below them all samples, a row for each. */
export function drawMasks(context, width, colours, masks, colour, sample) {
  let top = 0;
  for (const mask of masks) {
    const { perRow, size, height } = unitRows(mask, width);
    const lamp = mask.rows[Math.min(sample, mask.rows.length - 1)];
    [...lamp].forEach((letter, i) => {
      const x = (i % perRow) * size + size / 2;
      const y = top + Math.floor(i / perRow) * size + size / 2;
      context.beginPath();
      context.arc(x, y, size * 0.36, 0, 7);
      context.globalAlpha = letter === "-" ? 0.35 : 1;
      context.fillStyle = letter === "1" ? colour : colours.ground;
      context.strokeStyle = letter === "1" ? colour : colours.line;
      context.fill();
      context.stroke();
      context.globalAlpha = 1;
    });
    top += height;
    const down = sampleHeight(mask);
    const units = mask.rows[0].length;
    const across = (Math.min(units, perRow) * size) / units;
    (mask.dropped === 0 ? [] : mask.rows).forEach((row, i) => {
      context.fillStyle = i === sample ? colours.ink : colour;
      for (let unit = 0; unit < units; unit += 1) {
        if (row[unit] !== "1") continue;
        context.globalAlpha = i === sample ? 1 : 0.75;
        context.fillRect(unit * across, top + i * down, Math.max(across - 0.5, 0.75), Math.max(down - 0.75, 0.75));
      }
    });
    context.globalAlpha = 1;
    top += samplesHeight(mask) + 20;
  }
}

// ---- weights ---------------------------------------------------------------------------------------------------------

export const LAYER_HEIGHT = 74;

/** Draw a histogram for every layer, one below the other, on an axis that both settings share. */
export function drawWeights(context, width, colours, layers, others, colour, words) {
  layers.forEach((layer, i) => {
    const top = i * LAYER_HEIGHT + 16;
    const bottom = (i + 1) * LAYER_HEIGHT - 16;
    const most = Math.max(...layer.counts, 1);
    const reach = Math.max(layer.reach, others[i]?.reach ?? 0);
    const own = (width * layer.reach) / reach;
    const start = (width - own) / 2;
    const bar = own / layer.counts.length;
    context.fillStyle = colour;
    layer.counts.forEach((count, j) => {
      const height = Math.sqrt(count / most) * (bottom - top); // a square root, so that a few far weights are seen
      context.fillRect(start + j * bar + 0.5, bottom - height, Math.max(bar - 1, 0.75), height);
    });
    context.strokeStyle = colours.line;
    context.lineWidth = 1;
    context.beginPath();
    context.moveTo(0, bottom + 0.5);
    context.lineTo(width, bottom + 0.5);
    context.stroke();
    context.font = FONT;
    context.fillStyle = colours.soft;
    context.textBaseline = "top";
    context.textAlign = "left";
    context.fillText(`−${reach}`, 0, bottom + 3);
    context.textAlign = "center";
    context.fillText("0", width / 2, bottom + 3);
    context.textAlign = "right";
    context.fillText(`${reach}`, width, bottom + 3);
    context.textBaseline = "bottom";
    context.textAlign = "left";
    context.fillText(layer.name, 0, top - 1);
    context.textAlign = "right";
    context.fillText(words(layer), width, top - 1);
  });
}

// ---- seeds -----------------------------------------------------------------------------------------------------------

/** Draw the test losses of twelve seeds, the pairs joined, and beside them mean and interval. */
export function drawSeeds(context, width, height, colours, lanes) {
  const values = lanes.flatMap((lane) => lane.losses).filter((value) => value !== null);
  if (values.length === 0) return;
  const top = Math.max(...values) * 1.1;
  const x = scale(-0.5, lanes.length - 0.5, MARGIN.left, width - MARGIN.right);
  const y = scale(0, top, height - MARGIN.bottom, MARGIN.top);
  drawAxes(context, width, height, colours, x, y, [], ticks(0, top, 4));
  context.strokeStyle = colours.line;
  context.lineWidth = 1;
  if (lanes.length === 2) {
    lanes[0].losses.forEach((value, i) => {
      const other = lanes[1].losses[i];
      if (value === null || other === null || other === undefined) return;
      context.beginPath();
      context.moveTo(x(0), y(value));
      context.lineTo(x(1), y(other));
      context.stroke();
    });
  }
  lanes.forEach((lane, i) => {
    context.fillStyle = colours[lane.colour];
    for (const value of lane.losses) {
      if (value === null) continue;
      context.beginPath();
      context.arc(x(i), y(value), 3.5, 0, 7);
      context.fill();
    }
    if (lane.interval) {
      const [mean, margin] = lane.interval;
      const place = x(i) + (i === 0 && lanes.length === 2 ? -18 : 18);
      context.strokeStyle = colours.ink;
      context.lineWidth = 2;
      context.beginPath();
      context.moveTo(place, y(mean - margin));
      context.lineTo(place, y(mean + margin));
      context.moveTo(place - 6, y(mean));
      context.lineTo(place + 6, y(mean));
      context.stroke();
    }
    context.font = FONT;
    context.fillStyle = colours[lane.colour];
    context.textAlign = "center";
    context.textBaseline = "bottom";
    context.fillText(lane.name, x(i), height - 4);
  });
}

// ---- what they share -------------------------------------------------------------------------------------------------

function drawAxes(context, width, height, colours, x, y, across, up, inset = 0) {
  context.font = FONT;
  context.lineWidth = 1;
  context.strokeStyle = colours.hair;
  context.fillStyle = colours.soft;
  context.textBaseline = "middle";
  context.textAlign = "right";
  for (const value of up) {
    const place = Math.round(y(value)) + 0.5;
    context.beginPath();
    context.moveTo(MARGIN.left + inset, place);
    context.lineTo(width - MARGIN.right, place);
    context.stroke();
    context.fillText(short(value), MARGIN.left + inset - 5, place);
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const value of across) {
    const place = x(value);
    if (place < MARGIN.left + inset - 1 || place > width - MARGIN.right + 1) continue;
    context.fillText(short(value), place, height - MARGIN.bottom + 5);
  }
}

const short = (value) => String(Number(value.toPrecision(4))).replace("-", "−");
const clamp = (value, low, high) => Math.min(high, Math.max(low, value));
const each = (xs, ys, use) => xs.forEach((x, i) => use(x, ys[i]));
const inverse = (low, high, start, end) => (place) => low + ((place - start) / (end - start)) * (high - low);

function padded(low, high, share) {
  const margin = Math.max(high - low, 0.1) * share;
  return [low - margin, high + margin];
}

function clip(context, width, height) {
  context.beginPath();
  context.rect(MARGIN.left, MARGIN.top, width - MARGIN.left - MARGIN.right, height - MARGIN.top - MARGIN.bottom);
  context.clip();
}

function rgb(hex) {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16));
}
