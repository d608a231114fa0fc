import assert from "node:assert/strict";
import { test } from "node:test";
import { isDeleteField, numbered } from "../src/lib/formset.ts";
import { outcome, percent } from "../src/lib/progress.ts";
import { rangeBetween, tickState } from "../src/lib/ranges.ts";

test("a range of rows goes both ways and includes its ends", () => {
  assert.deepEqual(rangeBetween(2, 5), [2, 3, 4, 5]);
  assert.deepEqual(rangeBetween(5, 2), [2, 3, 4, 5]);
  assert.deepEqual(rangeBetween(3, 3), [3]);
});

test("without a first click only the clicked row changes", () => assert.deepEqual(rangeBetween(null, 4), [4]));

test("the tick-all box knows all, some and none", () => {
  assert.equal(tickState(3, 3), "all");
  assert.equal(tickState(1, 3), "some");
  assert.equal(tickState(0, 3), "none");
  assert.equal(tickState(0, 0), "none");
});

test("a new inline row carries its number everywhere", () => {
  assert.equal(numbered('<input name="lines-__prefix__-price" id="id_lines-__prefix__-price">', 4), '<input name="lines-4-price" id="id_lines-4-price">');
});

test("only the formset's own DELETE boxes delete", () => {
  assert.ok(isDeleteField("lines-0-DELETE", "lines"));
  assert.ok(!isDeleteField("lines-0-price", "lines"));
  assert.ok(!isDeleteField("sites-0-DELETE", "lines"));
});

test("progress never says 100 before the end, and nothing while the total is unknown", () => {
  assert.equal(percent({ done: 412, total: 412, state: "running" }), 99);
  assert.equal(percent({ done: 412, total: 412, state: "done" }), 100);
  assert.equal(percent({ done: 3, total: 0, state: "running" }), null);
  assert.equal(percent({ done: 1, total: 3, state: "running" }), 33);
});

test("a stopped job is over and not good", () => {
  assert.equal(outcome("DONE"), "good");
  assert.equal(outcome("stopped"), "bad");
  assert.equal(outcome("queued"), "running");
});
