import { RondaElement, debounce, el, freshId, icon } from "../lib/dom.ts";
import { getJson, withParams } from "../lib/http.ts";
import { say } from "../lib/i18n.ts";
import { fits, groupsOf, type Answer, type Group, type Item } from "../lib/palette.ts";

/**
 * <ui-command data-url="/search/"></ui-command>: Ctrl/Cmd+K. Pages come from the side bar at once, records from data-url
 * (?q=), which answers {groups: [{label, items: [{label, url, hint, icon}]}]} or {results: [{text, url, hint, group}]}.
 */
export class UiCommand extends RondaElement {
  private dialog: HTMLDialogElement | null = null;
  private input!: HTMLInputElement;
  private list!: HTMLElement;
  private active = 0;
  private asked: AbortController | null = null;
  private readonly ask = debounce((words: string) => void this.search(words), 140);

  upgrade(): void {}

  protected override listen(): void {
    document.addEventListener("click", (event) => this.openedBy(event), { signal: this.signal });
  }

  private openedBy(event: Event): void {
    if ((event.target as HTMLElement).closest("[data-open-command]")) this.open();
  }

  open(): void {
    this.dialog ??= this.build();
    if (this.dialog.open) return;
    this.input.value = "";
    this.draw(this.pages(""));
    this.dialog.showModal();
  }

  private build(): HTMLDialogElement {
    const listId = freshId("palette");
    const label = say("searchOrJump");
    this.input = el("input", {
      type: "text", placeholder: label, "aria-label": label, role: "combobox", "aria-expanded": "true", "aria-controls": listId, "aria-autocomplete": "list", autocomplete: "off", spellcheck: "false",
    });
    this.list = el("div", { class: "palette-list", role: "listbox", id: listId, "aria-label": say("search") });
    const hint = (keys: string, words: string): HTMLElement => el("span", {}, el("span", { class: "kbd" }, keys), words);
    const foot = el("div", { class: "palette-foot" }, hint("↑ ↓", say("move")), hint("↵", say("open")), hint("Esc", say("close")));
    const dialog = el("dialog", { class: "dialog palette", "aria-label": label }, el("div", { class: "palette-head" }, icon("search"), this.input), this.list, foot);
    this.input.addEventListener("input", () => this.typed());
    dialog.addEventListener("keydown", (event) => this.key(event));
    dialog.addEventListener("click", (event) => this.clicked(event));
    this.append(dialog);
    return dialog;
  }

  private typed(): void {
    const words = this.input.value.trim();
    this.asked?.abort();
    this.draw(this.pages(words));
    if (words && this.dataset["url"]) this.ask(words);
  }

  /** The side bar's own links, which need no server. */
  private pages(words: string): Group[] {
    const links = [...document.querySelectorAll<HTMLAnchorElement>(".sidebar .nav-link")];
    const items: Item[] = links
      .map((link) => ({
        label: link.querySelector("span")?.textContent?.trim() ?? "", url: link.href, hint: link.closest(".nav-area")?.querySelector("summary")?.textContent?.trim() ?? "", icon: "arrow-right",
      }))
      .filter((item) => fits(`${item.label} ${item.hint}`, words));
    return items.length > 0 ? [{ label: say("pages"), items: items.slice(0, words ? 6 : 40) }] : [];
  }

  private async search(words: string): Promise<void> {
    this.asked = new AbortController();
    const { signal } = this.asked;
    try {
      const answer = await getJson<Answer>(withParams(this.dataset["url"] ?? "", { q: words }), signal);
      if (!signal.aborted) this.draw([...groupsOf(answer, say("search")), ...this.pages(words)], words);
    } catch (error) {
      if (!signal.aborted) this.list.append(el("p", { class: "palette-none", role: "alert" }, error instanceof TypeError ? say("offline") : String((error as Error).message)));
    }
  }

  private draw(groups: Group[], words = ""): void {
    const nodes = groups.flatMap((group) => {
      const heading = el("div", { class: "palette-group", id: freshId("group"), role: "presentation" }, group.label);
      return [el("div", { role: "group", "aria-labelledby": heading.id }, heading, ...group.items.map((item) => this.option(item)))];
    });
    const none = words && nodes.length === 0 ? [el("p", { class: "palette-none", role: "status" }, say("nothingFound", words))] : [];
    this.list.replaceChildren(...nodes, ...none);
    this.setActive(0);
  }

  private option(item: Item): HTMLElement {
    const hint = item.hint ? el("span", { class: "hint" }, item.hint) : null;
    return el("div", { class: "palette-item", role: "option", id: freshId("option"), "aria-selected": "false", "data-url": item.url }, icon(item.icon ?? "file"), el("span", {}, item.label), hint);
  }

  private get options(): HTMLElement[] {
    return [...this.list.querySelectorAll<HTMLElement>("[role=option]")];
  }

  private setActive(index: number): void {
    const options = this.options;
    this.active = options.length === 0 ? 0 : (index + options.length) % options.length;
    options.forEach((option, at) => option.setAttribute("aria-selected", String(at === this.active)));
    const now = options[this.active];
    this.input.setAttribute("aria-activedescendant", now?.id ?? "");
    now?.scrollIntoView({ block: "nearest" });
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "ArrowDown") this.setActive(this.active + 1);
    else if (event.key === "ArrowUp") this.setActive(this.active - 1);
    else if (event.key === "Enter") this.go(this.options[this.active], event.ctrlKey || event.metaKey);
    else return;
    event.preventDefault();
  }

  private clicked(event: MouseEvent): void {
    const target = event.target as HTMLElement;
    if (target === this.dialog) this.dialog.close();
    this.go(target.closest<HTMLElement>("[role=option]") ?? undefined, event.ctrlKey || event.metaKey);
  }

  private go(option: HTMLElement | undefined, newTab: boolean): void {
    const url = option?.dataset["url"];
    if (!url) return;
    this.dialog?.close();
    if (newTab) window.open(url, "_blank", "noopener");
    else window.location.assign(url);
  }
}
