import htmx from "htmx.org";

/** Loads this page again (or `url`) and puts its `selector` in place of the one shown, keeping focus and scroll. */
export async function refresh(selector: string, url: string = window.location.pathname + window.location.search): Promise<void> {
  if (!document.querySelector(selector)) return window.location.reload();
  await htmx.ajax("GET", url, { target: selector, select: selector, swap: "outerMorph" });
}
