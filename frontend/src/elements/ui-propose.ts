import { RondaElement } from "../lib/dom.ts";
import { UiCombobox } from "./ui-combobox.ts";

/** <ui-propose data-field="method" data-value="3"> in an answer of the server: writes the value into that field of the form, once. */
export class UiPropose extends RondaElement {
  upgrade(): void {
    const field = this.closest("form")?.elements.namedItem(this.dataset["field"] ?? "");
    const value = this.dataset["value"];
    if (value === undefined || !field || !("value" in field)) return;
    delete this.dataset["value"];
    const box = field instanceof HTMLSelectElement ? field.closest("ui-combobox") : null;
    if (box instanceof UiCombobox) box.choose(value);
    else field.value = value;
  }
}
