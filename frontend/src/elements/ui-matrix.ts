import { RondaElement } from "../lib/dom.ts";

/**
 * <ui-matrix><table class="matrix"><tbody data-area><tr class="matrix-area">…<tr class="matrix-line">…
 * The permissions of a role. Lines of an area fold; the box of an area ([data-all]) says all, some or none and ticks all of them.
 * Arrow keys move between the boxes. Without script every line is open and ticked one by one.
 */
export class UiMatrix extends RondaElement {
  upgrade(): void {
    for (const body of this.bodies()) {
      const button = body.querySelector<HTMLButtonElement>("button[data-fold]");
      if (button) {
        button.hidden = false;
        body.querySelector("[data-plain]")?.remove();
        button.addEventListener("click", () => this.fold(body, button, button.getAttribute("aria-expanded") === "true"));
        this.fold(body, button, true);
      }
      for (const all of body.querySelectorAll<HTMLInputElement>("input[data-all]")) all.disabled = false;
      this.summarise(body);
    }
    this.addEventListener("change", (event) => this.changed(event.target as HTMLInputElement));
    this.addEventListener("keydown", (event) => this.move(event));
  }

  private bodies(): NodeListOf<HTMLTableSectionElement> {
    return this.querySelectorAll<HTMLTableSectionElement>("tbody[data-area]");
  }

  private fold(body: HTMLElement, button: HTMLElement, folded: boolean): void {
    button.setAttribute("aria-expanded", String(!folded));
    for (const line of body.querySelectorAll<HTMLElement>("tr.matrix-line")) line.hidden = folded;
  }

  private changed(box: HTMLInputElement): void {
    const body = box.closest<HTMLElement>("tbody[data-area]");
    if (!body) return;
    const verb = box.dataset["all"];
    if (verb) for (const one of this.boxes(body, verb)) this.tick(one, box.checked);
    else this.tick(box, box.checked);
    this.summarise(body);
  }

  /** Who may do something with a record also sees it; who does not see it may do nothing with it. */
  private tick(box: HTMLInputElement, on: boolean): void {
    box.checked = on;
    const line = box.closest("tr");
    const view = line?.querySelector<HTMLInputElement>('input[data-verb="view"]');
    if (!line || !view) return;
    if (on) view.checked = true;
    else if (box === view) for (const one of line.querySelectorAll<HTMLInputElement>("input[data-verb]")) one.checked = false;
  }

  private boxes(body: HTMLElement, verb: string): HTMLInputElement[] {
    return [...body.querySelectorAll<HTMLInputElement>(`input[data-verb="${verb}"]`)];
  }

  private summarise(body: HTMLElement): void {
    for (const all of body.querySelectorAll<HTMLInputElement>("input[data-all]")) {
      const boxes = this.boxes(body, all.dataset["all"] ?? "");
      const ticked = boxes.filter((one) => one.checked).length;
      all.checked = ticked === boxes.length;
      all.indeterminate = ticked > 0 && ticked < boxes.length;
    }
  }

  private move(event: KeyboardEvent): void {
    const way = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] }[event.key];
    const from = event.target as HTMLElement;
    if (!way || from.tagName !== "INPUT") return;
    const cell = from.closest("td");
    const row = from.closest("tr");
    if (!cell || !row) return;
    event.preventDefault();
    const [down, right] = way as [number, number];
    const rows = [...this.querySelectorAll<HTMLTableRowElement>("tbody tr:not([hidden])")];
    const inside = [...cell.querySelectorAll("input")];
    const next = inside[inside.indexOf(from as HTMLInputElement) + down];
    if (down && next) return next.focus();
    let [line, column] = [rows.indexOf(row) + down, cell.cellIndex + right];
    while (rows[line]?.cells[column]) {
      const found = [...(rows[line]?.cells[column]?.querySelectorAll("input") ?? [])];
      const target = down < 0 ? found.at(-1) : found[0];
      if (target) return target.focus();
      line += down;
      column += right;
    }
  }
}
