// A canvas as sharp as the screen, drawn anew when its size or the colours change.

/** Return the colours of the theme by their names in palette.css. */
export function colours() {
  const style = getComputedStyle(document.documentElement);
  return new Proxy({}, { get: (_, name) => style.getPropertyValue(`--${name}`).trim() });
}

export class Canvas {
  /**
   * @param {HTMLCanvasElement} element
   * @param {(context: CanvasRenderingContext2D, width: number, height: number) => void} draw in CSS pixels
   */
  constructor(element, draw) {
    this.element = element;
    this.drawing = draw;
    this.asked = false;
    new ResizeObserver(() => this.redraw()).observe(element);
    addEventListener("themechange", () => this.redraw());
  }

  /** Draw at the next frame of the screen; many calls are one. */
  redraw() {
    if (this.asked) return;
    this.asked = true;
    requestAnimationFrame(() => {
      this.asked = false;
      this.draw();
    });
  }

  draw() {
    const { clientWidth: width, clientHeight: height } = this.element;
    if (width === 0 || height === 0) return;
    const ratio = Math.min(devicePixelRatio || 1, 3);
    const [across, down] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.element.width !== across || this.element.height !== down) {
      this.element.width = across;
      this.element.height = down;
    }
    const context = this.element.getContext("2d");
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.clearRect(0, 0, width, height);
    this.drawing(context, width, height);
  }
}

/** Return a function from [low, high] to [start, end]. */
export function scale(low, high, start, end) {
  const factor = (end - start) / (high - low || 1);
  return (value) => start + (value - low) * factor;
}

/** Return round numbers in [low, high], about as many as wanted. */
export function ticks(low, high, wanted) {
  const rough = (high - low) / wanted || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((candidate) => candidate >= rough) ?? rough;
  const found = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + 1e-9 * step; i += 1) found.push(Number((i * step).toPrecision(12)));
  return found;
}

export const FONT = '12px system-ui, "PingFang SC", "Noto Sans CJK SC", sans-serif';

/** Draw a line through points; a gap where a value is missing. */
export function path(context, points) {
  context.beginPath();
  let open = false;
  for (const [x, y] of points) {
    if (y === null || Number.isNaN(y)) open = false;
    else if (open) context.lineTo(x, y);
    else {
      context.moveTo(x, y);
      open = true;
    }
  }
  context.stroke();
}
