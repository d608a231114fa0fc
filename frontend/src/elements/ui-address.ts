import { RondaElement, debounce, el, freshId, placeUnder } from "../lib/dom.ts";
import { getJson, withParams } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";

const PARTS = ["postcode", "city", "province", "latitude", "longitude", "country"] as const;
type Place = { text?: string; hint?: string } & Partial<Record<(typeof PARTS)[number], string | number>>;

/**
 * <ui-address data-url data-postcode="postcode" data-city="city" data-province data-latitude data-longitude data-country>
 * around the address fields; the values are field names (the part's own name when left out). Typing a postcode or city asks
 * data-url?q=&country= for {results: [{text, hint, postcode, city, province, latitude, longitude}]} and offers them.
 */
export class UiAddress extends RondaElement {
  private box: HTMLElement | null = null;
  private found: Place[] = [];
  private active = -1;
  private readonly ask = debounce((input: HTMLInputElement) => void this.search(input), 180);

  upgrade(): void {
    for (const part of ["postcode", "city"] as const) {
      const input = this.field(part);
      if (!(input instanceof HTMLInputElement) || input.dataset["completes"]) continue;
      input.dataset["completes"] = "1";
      input.autocomplete = "off";
      for (const [name, value] of [["role", "combobox"], ["aria-autocomplete", "list"], ["aria-expanded", "false"]] as const) input.setAttribute(name, value);
      input.addEventListener("input", () => this.ask(input));
      input.addEventListener("keydown", (event) => this.key(event, input));
      input.addEventListener("blur", () => this.close(input));
    }
  }

  private field(part: (typeof PARTS)[number]): HTMLInputElement | HTMLSelectElement | null {
    const name = this.dataset[part] || part;
    return this.querySelector(`[name="${name}"]`) ?? this.closest("form")?.querySelector(`[name="${name}"]`) ?? null;
  }

  private async search(input: HTMLInputElement): Promise<void> {
    const words = input.value.trim();
    if (words.length < 2) return this.close(input);
    try {
      const url = withParams(this.dataset["url"] ?? "", { q: words, country: this.field("country")?.value });
      const answer = await getJson<{ results: Place[] }>(url, this.signal);
      if (document.activeElement === input && input.value.trim() === words) this.open(input, answer.results);
    } catch {
      // Completion is a convenience: without it the person types the rest.
      this.close(input);
    }
  }

  private open(input: HTMLInputElement, found: Place[]): void {
    this.found = found;
    this.active = -1;
    if (found.length === 0) return this.close(input);
    this.box ??= this.makeBox();
    this.box.replaceChildren(...found.map((place, index) => this.option(place, index, input)));
    this.box.showPopover();
    placeUnder(this.box, input, { matchWidth: false });
    input.setAttribute("aria-controls", this.box.id);
    input.setAttribute("aria-expanded", "true");
  }

  private makeBox(): HTMLElement {
    const box = el("div", { class: "suggestions", id: freshId("places"), role: "listbox", popover: "manual", "aria-label": say("search") });
    this.append(box);
    return box;
  }

  private option(place: Place, index: number, input: HTMLInputElement): HTMLElement {
    const text = place.text ?? [place.postcode, place.city, place.province].filter(Boolean).join(" ");
    const option = el("div", { role: "option", id: freshId("place"), "aria-selected": "false" }, el("span", {}, text), place.hint ? el("span", { class: "hint" }, place.hint) : null);
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.choose(index, input);
    });
    return option;
  }

  private key(event: KeyboardEvent, input: HTMLInputElement): void {
    if (!this.box?.matches(":popover-open")) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) this.mark((this.active + step + this.found.length) % this.found.length, input);
    else if (event.key === "Enter" && this.active >= 0) this.choose(this.active, input);
    else if (event.key === "Escape") this.close(input);
    else return;
    event.preventDefault();
  }

  private mark(index: number, input: HTMLInputElement): void {
    this.active = index;
    [...(this.box?.children ?? [])].forEach((option, at) => {
      option.setAttribute("aria-selected", String(at === index));
      if (at === index) {
        input.setAttribute("aria-activedescendant", option.id);
        option.scrollIntoView({ block: "nearest" });
      }
    });
  }

  private choose(index: number, input: HTMLInputElement): void {
    const place = this.found[index];
    for (const part of PARTS) {
      const field = this.field(part);
      const value = place?.[part];
      if (!field || value === undefined || value === null) continue;
      field.value = String(value);
      field.dispatchEvent(new Event("change", { bubbles: true }));
    }
    this.close(input);
  }

  private close(input: HTMLInputElement): void {
    if (this.box?.matches(":popover-open")) this.box.hidePopover();
    input.setAttribute("aria-expanded", "false");
    input.removeAttribute("aria-activedescendant");
  }
}
