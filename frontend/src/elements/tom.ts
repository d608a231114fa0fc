// Loaded only where a page has a searchable select.
import TomSelect from "tom-select/base";
import clearOnEscape from "tom-select/plugins/remove_button/plugin.js";
import { el } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";

export interface Choice { id: string | number; text: string; hint?: string }
export interface Chooser { destroy(): void; forget(): void; choose(value: string): void }
interface Settings { search: ((words: string) => Promise<Choice[]>) | null; placeholder: string; addLink: (words: string) => HTMLElement | null; create: boolean }

TomSelect.define("remove_button", clearOnEscape);

function line(choice: Choice): HTMLElement {
  return el("div", {}, el("span", {}, choice.text), choice.hint ? el("span", { class: "hint" }, choice.hint) : null);
}

function render(settings: Settings): object {
  return {
    option: line,
    item: (choice: Choice) => el("div", {}, choice.text),
    no_results: (given: { input: string }) =>
      settings.create ? null : el("div", { class: "no-results" }, say("nothingFound", given.input), settings.addLink(given.input)),
    loading: () => el("div", { class: "loading" }, say("loading")),
    not_loading: () => null,
    option_create: (given: { input: string }) => el("div", { class: "create" }, say("add", given.input)),
  };
}

function remote(search: (words: string) => Promise<Choice[]>): object {
  let ids = new Set<string>();
  let answered = "";
  return {
    preload: "focus",
    loadThrottle: 180,
    shouldLoad: () => true,
    // The server has already searched; ours would drop what it found by another field. Until it has answered these very words
    // nothing fits, so that a quick Enter cannot choose a record of the words before.
    score: (words: string) => (choice: Choice) => (words === answered && ids.has(String(choice.id)) ? 1 : 0),
    load(this: TomSelect, words: string, give: (found?: Choice[]) => void) {
      search(words).then(
        (found) => {
          answered = words;
          ids = new Set(found.map((choice) => String(choice.id)));
          this.clearOptions();
          give(found);
        },
        () => give(),
      );
    },
  };
}

/** Turns a select into a searchable one; the select keeps name, value and change events. */
export function choose(select: HTMLSelectElement, settings: Settings): Chooser {
  const box = new TomSelect(select, {
    valueField: "id",
    labelField: "text",
    searchField: ["text", "hint"],
    dataAttr: "data-choice",
    refreshThrottle: 0,
    allowEmptyOption: false,
    maxOptions: 200,
    placeholder: settings.placeholder,
    hidePlaceholder: false,
    closeAfterSelect: !select.multiple,
    create: settings.create ? (word: string, give) => (give({ id: word.trim(), text: word.trim() }), true) : false,
    createOnBlur: settings.create,
    plugins: select.multiple ? { remove_button: { title: say("remove") } } : {},
    render: render(settings),
    ...(settings.search ? remote(settings.search) : {}),
  });
  select.setAttribute("aria-hidden", "true");
  return {
    destroy: () => box.destroy(),
    choose: (value) => box.setValue(value),
    forget() {
      box.clearOptions();
      box.wrapper.classList.remove("preloaded");
    },
  };
}
