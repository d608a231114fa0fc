import assert from "node:assert/strict";
import { test } from "node:test";
import { addMonths, formatDate, monthGrid, parseDate, weekday } from "../src/lib/dates.ts";

const SATURDAY = "2026-11-21";

const TYPED: [string, string | null][] = [
  ["25/6", "2026-06-25"], ["25.6.26", "2026-06-25"], ["25-06-2026", "2026-06-25"], ["25 6", "2026-06-25"], ["2506", "2026-06-25"], ["250626", "2026-06-25"], ["25062026", "2026-06-25"],
  ["7", "2026-11-07"], ["2026-06-25", "2026-06-25"], ["25 giugno", "2026-06-25"], ["1er août 2027", "2027-08-01"], ["25 Jun 26", "2026-06-25"], ["3 févr.", "2026-02-03"],
  ["lun", "2026-11-23"], ["mar", "2026-11-24"], ["Lunedì", "2026-11-23"], ["sam", "2026-11-28"], ["sat", "2026-11-28"], ["dimanche", "2026-11-22"],
  ["oggi", SATURDAY], ["aujourd’hui", SATURDAY], ["domani", "2026-11-22"], ["demain", "2026-11-22"], ["dopodomani", "2026-11-23"], ["ieri", "2026-11-20"],
  ["+3", "2026-11-24"], ["-1", "2026-11-20"], ["+2s", "2026-12-05"], ["+2w", "2026-12-05"], ["+3m", "2027-02-21"], ["+1a", "2027-11-21"],
  ["fm", "2026-11-30"], ["fm+1", "2026-12-31"], ["fm+3", "2027-02-28"], ["fa", "2026-12-31"],
  ["31/2", null], ["32/1", null], ["0/6", null], ["xyz", null], ["", null], ["12/13", null], ["+3x", null], ["25 xx", null],
];

for (const [text, day] of TYPED) {
  test(`"${text}" typed on a Saturday means ${day ?? "nothing"}`, () => assert.equal(parseDate(text, SATURDAY), day));
}

test("two digits of the year mean the nearest century", () => {
  assert.equal(parseDate("1/1/76", SATURDAY), "2076-01-01");
  assert.equal(parseDate("1/1/78", SATURDAY), "1978-01-01");
});

test("29 February exists in leap years only", () => {
  assert.equal(parseDate("29/2/28", SATURDAY), "2028-02-29");
  assert.equal(parseDate("29/2/27", SATURDAY), null);
});

test("a month later than the 31st is the last day of the shorter month", () => {
  assert.equal(addMonths("2026-01-31", 1), "2026-02-28");
  assert.equal(addMonths("2026-03-31", -1), "2026-02-28");
  assert.equal(addMonths("2026-12-31", 2), "2027-02-28");
});

test("what is shown reads back as the same day", () => {
  for (const day of ["2026-01-01", "2028-02-29", "1999-12-31", "2100-03-01"]) assert.equal(parseDate(formatDate(day), SATURDAY), day);
});

test("a calendar starts on Monday and holds the whole month", () => {
  const weeks = monthGrid("2026-11-21");
  assert.equal(weeks.length, 6);
  for (const week of weeks) assert.equal(weekday(week[0] ?? ""), 0);
  const days = weeks.flat();
  assert.ok(days.includes("2026-11-01") && days.includes("2026-11-30"));
  assert.equal(new Set(days).size, 42);
});
