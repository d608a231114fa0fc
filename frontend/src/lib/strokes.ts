/** The strokes of a signature: whole numbers in a box, as few as keep its shape. */

interface Box {
  left: number;
  top: number;
  width: number;
  height: number;
}

/** A point of the window in the numbers of the box, kept inside it. */
export function toBox(x: number, y: number, at: Box, width: number, height: number): [number, number] {
  const inside = (value: number, most: number) => Math.max(0, Math.min(most, Math.round(value)));
  return [inside(((x - at.left) * width) / (at.width || 1), width), inside(((y - at.top) * height) / (at.height || 1), height)];
}

/** Adds a point to a stroke unless it is hardly away from the last one. */
export function thinned(stroke: number[], [x, y]: [number, number]): void {
  const [lastX = -9, lastY = -9] = stroke.slice(-2);
  if (Math.abs(x - lastX) + Math.abs(y - lastY) >= 2) stroke.push(x, y);
}

/** What a field holds from before; nothing where it holds anything else. */
export function readStrokes(text: string): number[][] {
  try {
    const found: unknown = JSON.parse(text || "[]");
    return Array.isArray(found) ? found.filter((one): one is number[] => Array.isArray(one) && one.every(Number.isInteger)) : [];
  } catch {
    return [];
  }
}
