import { RondaElement, debounce, el, icon } from "../lib/dom.ts";
import { getJson, withParams } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";

interface Found { text: string; hint?: string; url?: string }

/**
 * <ui-duplicates data-url data-watch="name,tax_id" data-exclude="12"></ui-duplicates> inside a form: while one of the watched
 * fields changes, asks data-url with them and shows {results: [{text, hint, url}]} as "possibly the same".
 */
export class UiDuplicates extends RondaElement {
  private asked: AbortController | null = null;

  upgrade(): void {}

  protected override listen(): void {
    const form = this.closest("form");
    const ask = debounce(() => void this.search(), 300);
    form?.addEventListener("input", (event) => this.watches(event.target) && ask(), { signal: this.signal });
  }

  private get names(): string[] {
    return (this.dataset["watch"] ?? "name").split(",").map((name) => name.trim());
  }

  private watches(target: EventTarget | null): boolean {
    return target instanceof HTMLInputElement && this.names.includes(target.name);
  }

  private async search(): Promise<void> {
    this.asked?.abort();
    this.asked = new AbortController();
    const values = Object.fromEntries(this.names.map((name) => [name, this.value(name)]));
    if (!Object.values(values).some((value) => value.length >= 3)) return this.replaceChildren();
    try {
      const url = withParams(this.dataset["url"] ?? "", { ...values, exclude: this.dataset["exclude"] });
      const answer = await getJson<{ results: Found[] }>(url, this.asked.signal);
      this.show(answer.results);
    } catch {
      // Only a hint: saving checks again and refuses true duplicates.
      this.replaceChildren();
    }
  }

  private value(name: string): string {
    return this.closest("form")?.querySelector<HTMLInputElement>(`[name="${name}"]`)?.value.trim() ?? "";
  }

  private show(found: Found[]): void {
    if (found.length === 0) return this.replaceChildren();
    const lines = found.slice(0, 5).map((one) => {
      const name = one.url ? el("a", { href: one.url, target: "_blank" }, one.text) : one.text;
      return el("li", {}, name, one.hint ? el("span", { class: "hint" }, ` ${one.hint}`) : null);
    });
    const inside = el("div", {}, el("span", { class: "strong" }, say("duplicates")), el("ul", {}, ...lines));
    this.replaceChildren(el("div", { class: "alert alert-warn duplicates", role: "status" }, icon("triangle-alert"), inside));
  }
}
