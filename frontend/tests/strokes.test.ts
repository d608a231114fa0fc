import assert from "node:assert/strict";
import { test } from "node:test";
import { readStrokes, thinned, toBox } from "../src/lib/strokes.ts";

const BOX = { left: 10, top: 20, width: 300, height: 100 };

test("a point of the window becomes whole numbers of the box", () => {
  assert.deepEqual(toBox(160, 70, BOX, 600, 200), [300, 100]);
  assert.deepEqual(toBox(-50, 999, BOX, 600, 200), [0, 200]);
});

test("points that hardly move are left out", () => {
  const stroke = [10, 10];
  thinned(stroke, [11, 10]);
  thinned(stroke, [14, 12]);
  assert.deepEqual(stroke, [10, 10, 14, 12]);
});

test("what is no drawing is read as none", () => {
  assert.deepEqual(readStrokes("[[1,2,3,4]]"), [[1, 2, 3, 4]]);
  for (const text of ["", "{", "{}", '[["a"]]', "[1]"]) assert.deepEqual(readStrokes(text), []);
});
