// Side bar: a drawer on small screens; areas a person has closed stay closed in this browser.
const KEY = "ronda.closed-areas";

function closedAreas(): string[] {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? "[]") as string[];
  } catch {
    return [];
  }
}

for (const area of document.querySelectorAll<HTMLDetailsElement>(".nav-area")) {
  const name = area.dataset["area"] ?? "";
  if (closedAreas().includes(name) && !area.querySelector("[aria-current]")) area.open = false;
  area.addEventListener("toggle", () => {
    const others = closedAreas().filter((one) => one !== name);
    localStorage.setItem(KEY, JSON.stringify(area.open ? others : [...others, name]));
  });
}
document.querySelector(".sidebar [aria-current]")?.scrollIntoView({ block: "nearest" });

function drawer(open: boolean): void {
  if (open) document.body.dataset["drawer"] = "";
  else delete document.body.dataset["drawer"];
  document.querySelector("[data-drawer-open]")?.setAttribute("aria-expanded", String(open));
  const target = open ? ".sidebar .nav-link, .sidebar a" : "[data-drawer-open]";
  document.querySelector<HTMLElement>(target)?.focus({ preventScroll: true });
}

document.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  if (target.closest("[data-drawer-open]")) drawer(true);
  else if ("drawer" in document.body.dataset && (target.closest("[data-drawer-close]") || !target.closest(".sidebar"))) drawer(false);
});
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && "drawer" in document.body.dataset) drawer(false);
});
