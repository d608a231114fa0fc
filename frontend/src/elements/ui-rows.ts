import { RondaElement, el, icon, isTyping } from "../lib/dom.ts";
import { count, say } from "../lib/i18n.ts";
import { rangeBetween, tickState } from "../lib/ranges.ts";

/**
 * <ui-rows data-total="1234" data-name="id" data-all-name="all"> around the form with the table and its .bulk-bar.
 * Adds the tick-all box to the first heading cell (or uses the one there), shift-click ranges, j/k/x keys,
 * the count, and "select all N" which sends data-all-name=1 beside the filter.
 */
export class UiRows extends RondaElement {
  private anchor: number | null = null;
  private everything = false;

  upgrade(): void {
    this.addHeadBox();
    this.dressBar();
    if (!this.dataset["ready"]) {
      this.dataset["ready"] = "1";
      this.addEventListener("click", (event) => this.clicked(event));
      this.addEventListener("change", (event) => this.changed(event));
    }
    this.show();
  }

  protected override listen(): void {
    document.addEventListener("keydown", (event) => this.key(event), { signal: this.signal });
  }

  protected override left(): void {
    this.anchor = null;
  }

  private get boxes(): HTMLInputElement[] {
    return [...this.querySelectorAll<HTMLInputElement>(`tbody input[type=checkbox][name="${this.dataset["name"] ?? "id"}"]`)];
  }

  private get head(): HTMLInputElement | null {
    return this.querySelector("thead input[type=checkbox]");
  }

  private get bar(): HTMLElement | null {
    return this.querySelector(".bulk-bar");
  }

  private addHeadBox(): void {
    const cell = this.querySelector("thead tr > :first-child");
    if (this.head || !cell || this.boxes.length === 0) return;
    cell.classList.add("check");
    cell.replaceChildren(el("input", { type: "checkbox", "aria-label": say("selectAll") }));
  }

  private dressBar(): void {
    const bar = this.bar;
    if (!bar || bar.querySelector("[data-rows-clear]")) return;
    if (!bar.querySelector("[data-rows-count]")) bar.prepend(el("span", { "data-rows-count": "", role: "status" }));
    if (this.total > 0) {
      const all = el("button", { type: "button", class: "link-button", "data-rows-everything": "", hidden: true }, say("selectEverything", count(this.total)));
      bar.querySelector("[data-rows-count]")?.after(all);
    }
    const label = say("clearSelection");
    bar.append(el("button", { type: "button", class: "btn btn-quiet btn-small btn-icon", "data-rows-clear": "", "aria-label": label, title: label }, icon("x")));
  }

  private get total(): number {
    return Number(this.dataset["total"] ?? 0);
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target.closest("[data-rows-clear]")) this.tick(this.boxes, false);
    if (target.closest("[data-rows-everything]")) this.setEverything(true);
    if (!(target instanceof HTMLInputElement)) return;
    const index = this.boxes.indexOf(target);
    if (index < 0) return;
    const range = rangeBetween(event.shiftKey ? this.anchor : null, index);
    this.anchor = index;
    this.tick(range.map((at) => this.boxes[at]).filter((box) => box !== undefined), target.checked);
  }

  private changed(event: Event): void {
    if (event.target === this.head) this.tick(this.boxes, this.head?.checked ?? false);
  }

  private tick(boxes: HTMLInputElement[], on: boolean): void {
    for (const box of boxes) box.checked = on;
    this.setEverything(false);
  }

  /** All records of the filter instead of the ticked ones: the form then carries the flag field. */
  private setEverything(on: boolean): void {
    this.everything = on;
    const name = this.dataset["allName"] ?? "all";
    let flag = this.querySelector<HTMLInputElement>(`input[type=hidden][name="${name}"]`);
    if (!flag && on) {
      flag = el("input", { type: "hidden", name });
      (this.boxes[0]?.form ?? this).append(flag);
    }
    if (flag) {
      flag.value = on ? "1" : "";
      flag.disabled = !on;
    }
    this.show();
  }

  private show(): void {
    const boxes = this.boxes;
    const ticked = boxes.filter((box) => box.checked).length;
    const state = tickState(ticked, boxes.length);
    const head = this.head;
    if (head) {
      head.checked = state === "all";
      head.indeterminate = state === "some";
    }
    const bar = this.bar;
    if (!bar) return;
    bar.hidden = ticked === 0;
    const words = this.everything ? say("everythingSelected", count(this.total)) : say("selected", count(ticked));
    bar.querySelector("[data-rows-count]")?.replaceChildren(words);
    const all = bar.querySelector<HTMLElement>("[data-rows-everything]");
    if (all) all.hidden = state !== "all" || this.everything || this.total <= boxes.length;
    this.dispatchEvent(new CustomEvent("rows:change", { bubbles: true, detail: { ticked, everything: this.everything } }));
  }

  private key(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target) || document.querySelector("dialog[open]")) return;
    if (event.key === "j" || event.key === "k") this.step(event.key === "j" ? 1 : -1);
    else if (event.key === "x") this.tickFocused();
    else if (event.key === "Escape") this.tick(this.boxes, false);
    else return;
    if (event.key !== "Escape") event.preventDefault();
  }

  private get links(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("tbody .row-link")];
  }

  private step(by: number): void {
    const links = this.links;
    const row = document.activeElement?.closest("tr");
    const now = links.findIndex((link) => link.closest("tr") === row);
    links[now < 0 ? 0 : Math.max(0, Math.min(links.length - 1, now + by))]?.focus();
  }

  private tickFocused(): void {
    const row = document.activeElement?.closest("tr");
    const box = this.boxes.find((one) => one.closest("tr") === row);
    if (!box) return;
    this.anchor = this.boxes.indexOf(box);
    this.tick([box], !box.checked);
  }
}
