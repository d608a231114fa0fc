import assert from "node:assert/strict";
import { test } from "node:test";
import { LANGUAGES } from "../src/lib/i18n.ts";
import { fits, groupsOf } from "../src/lib/palette.ts";

test("words fit by their beginnings, in any order, without accents", () => {
  assert.ok(fits("Note di crédito", "cred not"));
  assert.ok(fits("Contratti ricorrenti", "RIC"));
  assert.ok(!fits("Contratti", "tratti"));
});

test("everything fits an empty search", () => assert.ok(fits("Anything", "  ")));

test("flat results are gathered under their groups in order of appearance", () => {
  const groups = groupsOf({ results: [{ text: "Rossi", url: "/1", group: "Customers" }, { text: "C-1", url: "/2", group: "Contracts" }, { text: "Verdi", url: "/3", group: "Customers" }] }, "Results");
  assert.deepEqual(groups.map((group) => [group.label, group.items.map((item) => item.label)]), [["Customers", ["Rossi", "Verdi"]], ["Contracts", ["C-1"]]]);
});

test("empty groups are not shown", () => assert.deepEqual(groupsOf({ groups: [{ label: "Customers", items: [] }] }, "Results"), []));

test("every word exists in every language with the same placeholders", () => {
  const holes = (text: string): string[] => text.match(/\{\d\}/g) ?? [];
  for (const [code, words] of Object.entries(LANGUAGES)) {
    for (const [key, text] of Object.entries(LANGUAGES["en"] ?? {})) {
      const translated = words[key as keyof typeof words];
      assert.ok(translated, `${code}: ${key}`);
      assert.deepEqual(holes(translated), holes(text), `${code}: ${key}`);
    }
  }
});
