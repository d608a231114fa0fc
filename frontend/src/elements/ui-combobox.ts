import { RondaElement, el } from "../lib/dom.ts";
import { getJson, withParams } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";
import type { Chooser, Choice } from "./tom.ts";

/** Fewer choices than this stay the browser's own select, the fastest thing for them. */
const WORTH_SEARCHING = 8;

/**
 * <ui-combobox data-url="/parties/lookup/" data-with="company"><select name="party">…</select></ui-combobox>
 * Without data-url it searches in the select's own options. data-url answers {results: [{id, text, hint}]} to ?q=;
 * data-with names fields of the form sent along, and itself as ?with=. data-add-url offers "Add …" as a link to ?name=.
 * data-create takes new words as they are typed.
 */
export class UiCombobox extends RondaElement {
  private chooser: Chooser | null = null;
  private starting = false;

  upgrade(): void {
    const select = this.querySelector("select");
    if (!select || this.chooser || this.starting || select.dataset["plain"]) return;
    if (!this.dataset["url"] && !select.multiple && select.options.length < WORTH_SEARCHING) return;
    this.starting = true;
    void this.start(select);
  }

  private async start(select: HTMLSelectElement): Promise<void> {
    const { choose } = await import("./tom.ts");
    this.starting = false;
    if (!this.isConnected || !select.isConnected) return;
    this.chooser = choose(select, {
      search: this.dataset["url"] ? (words) => this.search(words) : null,
      placeholder: this.dataset["placeholder"] ?? emptyText(select) ?? say("typeToSearch"),
      addLink: (words) => this.addLink(words),
      create: "create" in this.dataset,
    });
    this.closest("form")?.addEventListener("change", (event) => this.otherChanged(event), { signal: this.signal });
  }

  /** Chooses one of the choices, or none with "". */
  choose(value: string): void {
    const select = this.querySelector("select");
    if (this.chooser) this.chooser.choose(value);
    else if (select) select.value = value;
  }

  /** What was found for another customer is no choice any more. */
  private otherChanged(event: Event): void {
    const name = (event.target as HTMLInputElement).name;
    if (name && this.along.includes(name)) this.chooser?.forget();
  }

  private get along(): string[] {
    return (this.dataset["with"] ?? "").split(",").filter(Boolean);
  }

  private async search(words: string): Promise<Choice[]> {
    const params: Record<string, string | undefined> = { q: words, with: this.along.join(",") };
    for (const name of this.along) {
      const field = this.closest("form")?.elements.namedItem(name);
      params[name] = field && "value" in field ? String(field.value) : undefined;
    }
    const answer = await getJson<{ results: Choice[] }>(withParams(this.dataset["url"] ?? "", params), this.signal);
    return answer.results;
  }

  private addLink(words: string): HTMLElement | null {
    const url = this.dataset["addUrl"];
    return url && words ? el("a", { href: withParams(url, { name: words }), class: "create", target: "_blank" }, say("add", words)) : null;
  }

  protected override left(): void {
    this.chooser?.destroy();
    this.chooser = null;
  }
}

/** What the select calls "no choice", such as "All"; a row of dashes is no word. */
function emptyText(select: HTMLSelectElement): string | null {
  const text = select.querySelector<HTMLOptionElement>('option[value=""]')?.text.trim() ?? "";
  return /\p{L}/u.test(text) ? text : null;
}
