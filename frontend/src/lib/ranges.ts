/** Which rows a click on a tick box changes. */

/** The indexes from `anchor` to `target`, both included, whichever way the person went; only `target` without an anchor. */
export function rangeBetween(anchor: number | null, target: number): number[] {
  if (anchor === null) return [target];
  const [from, to] = anchor < target ? [anchor, target] : [target, anchor];
  return Array.from({ length: to - from + 1 }, (_, step) => from + step);
}

/** The state of the "all" box: every row ticked, some, or none. */
export function tickState(ticked: number, rows: number): "all" | "some" | "none" {
  if (rows > 0 && ticked === rows) return "all";
  return ticked > 0 ? "some" : "none";
}
