import htmx from "htmx.org";
import { RondaElement, el, icon } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";
import { isDeleteField, numbered } from "../lib/formset.ts";

/**
 * <ui-formset data-prefix="lines"> with Django's management form, rows marked data-row inside data-rows (or the tbody), one
 * <template> of an empty row (names with __prefix__), a [data-add] button; a [data-remove] button per row is made beside its
 * DELETE box when it has none. Removing ticks DELETE and hides the row; a row that was never saved is kept hidden too, so that
 * the numbering has no hole. Alt+Enter adds a row.
 */
export class UiFormset extends RondaElement {
  upgrade(): void {
    for (const row of this.rows) this.dress(row);
    if (this.dataset["ready"]) return;
    this.dataset["ready"] = "1";
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.key(event));
    for (const row of this.rows) if (this.deleteField(row)?.checked) this.hide(row);
  }

  private get formPrefix(): string {
    return this.dataset["prefix"] ?? "form";
  }

  private get rows(): HTMLElement[] {
    return [...this.querySelectorAll<HTMLElement>("[data-row]")];
  }

  private dress(row: HTMLElement): void {
    const field = this.deleteField(row);
    const place = field?.closest("td, .field") ?? field?.parentElement;
    if (!field || !place || row.querySelector("[data-remove]")) return;
    (field.closest("label") ?? field).hidden = true;
    const label = say("remove");
    place.append(el("button", { type: "button", class: "btn btn-quiet btn-small btn-icon", "data-remove": "", "aria-label": label, title: label }, icon("trash-2")));
  }

  private clicked(event: Event): void {
    const target = event.target as HTMLElement;
    if (target.closest("[data-add]")) this.add();
    const remove = target.closest("[data-remove]");
    const row = remove?.closest<HTMLElement>("[data-row]");
    if (row) this.drop(row);
  }

  private key(event: KeyboardEvent): void {
    if (event.key !== "Enter" || !event.altKey) return;
    event.preventDefault();
    this.add();
  }

  /** Adds an empty row and goes to its first field. */
  add(): void {
    const total = this.querySelector<HTMLInputElement>(`input[name="${this.formPrefix}-TOTAL_FORMS"]`);
    const template = this.querySelector("template");
    const body = this.querySelector("[data-rows], tbody");
    const most = Number(this.querySelector<HTMLInputElement>(`input[name="${this.formPrefix}-MAX_NUM_FORMS"]`)?.value ?? 1000);
    if (!total || !template || !body || Number(total.value) >= most) return;
    const made = document.createElement("template");
    made.innerHTML = numbered(template.innerHTML, Number(total.value));
    const row = made.content.firstElementChild as HTMLElement | null;
    if (!row) return;
    row.dataset["row"] = "";
    body.append(row);
    this.dress(row);
    total.value = String(Number(total.value) + 1);
    htmx.process(row);
    row.querySelector<HTMLElement>("input:not([type=hidden]), select, textarea")?.focus();
    this.announce();
  }

  private drop(row: HTMLElement): void {
    const next = this.visibleAfter(row);
    const field = this.deleteField(row);
    if (field) {
      field.checked = true;
      field.value = "on";
    }
    this.hide(row);
    (next?.querySelector<HTMLElement>("[data-remove]") ?? this.querySelector<HTMLElement>("[data-add]"))?.focus();
    this.announce();
  }

  private visibleAfter(row: HTMLElement): HTMLElement | undefined {
    const rows = this.rows.filter((one) => !one.hidden);
    const at = rows.indexOf(row);
    return rows[at + 1] ?? rows[at - 1];
  }

  private deleteField(row: HTMLElement): HTMLInputElement | undefined {
    return [...row.querySelectorAll<HTMLInputElement>("input")].find((input) => isDeleteField(input.name, this.formPrefix));
  }

  /** A hidden row must not hold back the form with an empty required field. */
  private hide(row: HTMLElement): void {
    row.hidden = true;
    for (const field of row.querySelectorAll<HTMLInputElement>("[required]")) field.required = false;
    for (const field of row.querySelectorAll<HTMLInputElement>("input, select, textarea")) field.setCustomValidity("");
  }

  private announce(): void {
    this.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
