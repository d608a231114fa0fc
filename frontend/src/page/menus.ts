import { isTyping, placeUnder } from "../lib/dom.ts";

const ITEMS = "a[href], button:not([disabled])";
const FIRST = `${ITEMS}, input:not([type=hidden]), select`;

function openerOf(menu: Element): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[popovertarget="${CSS.escape(menu.id)}"]`);
}

// The browser opens and closes popovers; where they stand is ours until anchor positioning is everywhere.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!(menu instanceof HTMLElement) || !menu.matches(".menu[popover]")) return;
    const opener = openerOf(menu);
    const open = (event as ToggleEvent).newState === "open";
    opener?.setAttribute("aria-expanded", String(open));
    if (!open || !opener) return;
    placeUnder(menu, opener, { alignEnd: opener.getBoundingClientRect().left > window.innerWidth / 2 });
    menu.querySelector<HTMLElement>(FIRST)?.focus({ preventScroll: true });
  },
  { capture: true },
);

document.addEventListener("keydown", (event) => {
  const menu = (event.target as HTMLElement).closest?.(".menu:popover-open");
  if (!menu || isTyping(event.target)) return;
  const items = [...menu.querySelectorAll<HTMLElement>(ITEMS)];
  const at = items.indexOf(document.activeElement as HTMLElement);
  const next = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (next === undefined) return;
  event.preventDefault();
  items[(next + items.length) % items.length]?.focus();
});

// A fixed menu must not stay behind when the page moves under it.
document.addEventListener("scroll", (event) => {
  if (event.target !== document) return;
  for (const menu of document.querySelectorAll<HTMLElement>(".menu:popover-open, .calendar:popover-open, .suggestions:popover-open")) menu.hidePopover();
}, { passive: true, capture: true });
