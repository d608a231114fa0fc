import assert from "node:assert/strict";
import { test } from "node:test";
import { toBytes, toText } from "../src/lib/passkeys.ts";
import { strengthOf } from "../src/lib/strength.ts";

test("what the server refuses has no strength", () => {
  for (const password of ["", "sole", "girasole", "gira sole", "abc-12"]) assert.equal(strengthOf(password), 0, password);
  assert.equal(strengthOf("admin-2026", "admin"), 0);
});

test("longer and more varied is stronger", () => {
  const found = ["aaaaaaa1", "girasole1", "girasole-471", "47 api, 3 Girasoli!"].map((password) => strengthOf(password));
  assert.deepEqual(found, [...found].sort());
  assert.equal(found[0], 1);
  assert.equal(found.at(-1), 4);
});

test("bytes of a passkey survive the way to text and back", () => {
  const bytes = Uint8Array.from([0, 62, 63, 250, 255, 1]);
  const text = toText(bytes.buffer) ?? "";
  assert.match(text, /^[\w-]+$/);
  assert.deepEqual([...toBytes(text)], [...bytes]);
  assert.equal(toText(null), null);
});
