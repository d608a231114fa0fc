// A click anywhere on a row follows its .row-link, unless the person is selecting text or using something inside the row.
document.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  if (event.defaultPrevented || event.button !== 0 || target.closest("a, button, input, select, textarea, label, summary, .check, .tick, [popover]")) return;
  const link = target.closest(".table tbody tr")?.querySelector<HTMLAnchorElement>("a.row-link");
  if (!link || String(window.getSelection())) return;
  if (event.ctrlKey || event.metaKey) window.open(link.href, "_blank", "noopener");
  else link.click();
});

// The heading stays in sight while the page scrolls, but only where the table needs no scroll bar of its own.
const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    const wrap = target.closest(".table-wrap");
    const table = wrap?.querySelector("table");
    if (wrap && table) wrap.classList.toggle("table-fits", table.offsetWidth <= wrap.clientWidth + 1);
  }
});
function watch(): void {
  for (const wrap of document.querySelectorAll(".table-wrap:not([data-watched])")) {
    wrap.setAttribute("data-watched", "");
    sizes.observe(wrap);
  }
}
watch();
document.addEventListener("htmx:after:swap", watch);

// Of many tabs in little room, the open one is in sight.
function showTab(): void {
  const bar = document.querySelector<HTMLElement>(".tabs");
  const open = bar?.querySelector<HTMLElement>("[aria-current]");
  if (bar && open && bar.scrollWidth > bar.clientWidth) bar.scrollLeft = open.offsetLeft - bar.offsetLeft - 48;
}
showTab();
document.addEventListener("htmx:after:swap", showTab);
