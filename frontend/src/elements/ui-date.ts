import { addDays, addMonths, formatDate, localToday, monthGrid, parseDate, parts } from "../lib/dates.ts";
import { RondaElement, el, icon, placeUnder } from "../lib/dom.ts";
import { language, say } from "../lib/i18n.ts";

const STEPS: Record<string, (day: string) => string> = {
  ArrowLeft: (day) => addDays(day, -1),
  ArrowRight: (day) => addDays(day, 1),
  ArrowUp: (day) => addDays(day, -7),
  ArrowDown: (day) => addDays(day, 7),
  PageUp: (day) => addMonths(day, -1),
  PageDown: (day) => addMonths(day, 1),
};

/**
 * <ui-date data-min data-max><input name="starts_on" value="2026-06-25"></ui-date>
 * The person types "25/6", "+3", "lun", "fm"; a hidden field of the same name sends the ISO day.
 */
export class UiDate extends RondaElement {
  private input!: HTMLInputElement;
  private carrier!: HTMLInputElement;
  private calendar: HTMLDivElement | null = null;
  private shown = "";

  upgrade(): void {
    const input = this.querySelector<HTMLInputElement>("input:not([type=hidden])");
    if (!input) return;
    this.input = input;
    if (input.name) this.adopt(input);
    if (!this.querySelector(".date-button")) this.append(this.button());
    if (input.dataset["dated"]) return;
    input.dataset["dated"] = "1";
    input.addEventListener("change", () => this.read());
    input.addEventListener("input", () => this.forget());
    input.addEventListener("keydown", (event) => this.fieldKey(event));
  }

  /** Moves the name to a hidden field that carries the ISO day, and shows the day the local way. */
  private adopt(input: HTMLInputElement): void {
    this.querySelector("input[type=hidden]")?.remove();
    this.carrier = el("input", { type: "hidden", name: input.name });
    const form = input.getAttribute("form");
    if (form) this.carrier.setAttribute("form", form);
    input.removeAttribute("name");
    input.type = "text";
    input.autocomplete = "off";
    input.inputMode = "text";
    input.after(this.carrier);
    this.read();
  }

  private button(): HTMLButtonElement {
    const label = say("openCalendar");
    const button = el("button", { type: "button", class: "date-button", "aria-label": label, title: label, tabindex: -1 }, icon("calendar"));
    button.disabled = this.input.disabled || this.input.readOnly;
    button.addEventListener("click", () => this.toggle());
    return button;
  }

  private forget(): void {
    this.input.setCustomValidity("");
    this.input.removeAttribute("aria-invalid");
  }

  /** Turns what is typed into a day; what is no day goes to the server as it is, which then says so. */
  private read(): void {
    const text = this.input.value.trim();
    const day = parseDate(text, localToday(new Date()));
    this.carrier.value = day ?? text;
    if (day) this.input.value = formatDate(day);
    const fault = this.fault(text, day);
    this.input.setCustomValidity(fault);
    if (fault) this.input.setAttribute("aria-invalid", "true");
  }

  private fault(text: string, day: string | null): string {
    if (!text) return "";
    if (!day) return say("badDate");
    const { min, max } = this.dataset;
    if (min && day < min) return say("dateBefore", formatDate(min));
    return max && day > max ? say("dateAfter", formatDate(max)) : "";
  }

  private fieldKey(event: KeyboardEvent): void {
    if (event.key !== "ArrowDown" || event.shiftKey) return;
    event.preventDefault();
    this.open();
  }

  private toggle(): void {
    if (this.calendar?.matches(":popover-open")) this.calendar.hidePopover();
    else this.open();
  }

  private open(): void {
    this.calendar ??= this.makeCalendar();
    this.read();
    this.draw(this.chosen() ?? localToday(new Date()));
    this.calendar.showPopover();
    placeUnder(this.calendar, this.input);
    this.focusDay();
  }

  private chosen(): string | null {
    return /^\d{4}-\d\d-\d\d$/.test(this.carrier.value) ? this.carrier.value : null;
  }

  private makeCalendar(): HTMLDivElement {
    const box = el("div", { class: "calendar", popover: "auto", role: "dialog", "aria-label": say("openCalendar") });
    box.addEventListener("keydown", (event) => this.calendarKey(event));
    box.addEventListener("click", (event) => this.calendarClick(event));
    this.append(box);
    return box;
  }

  private draw(day: string): void {
    this.shown = day;
    const month = new Intl.DateTimeFormat(language(), { month: "long", year: "numeric", timeZone: "UTC" });
    const title = el("span", { class: "calendar-title", "aria-live": "polite" }, month.format(Date.parse(day)));
    const step = (go: string, label: string, name: string): HTMLElement =>
      el("button", { type: "button", class: "btn btn-quiet btn-small btn-icon", "data-go": go, "aria-label": label }, icon(name));
    const head = el("div", { class: "calendar-head" }, step("PageUp", say("previousMonth"), "chevron-left"), title, step("PageDown", say("nextMonth"), "chevron-right"));
    const foot = el(
      "div", { class: "calendar-foot" },
      el("button", { type: "button", class: "link-button", "data-pick": localToday(new Date()) }, say("today")),
      el("button", { type: "button", class: "link-button", "data-pick": "" }, say("clear")),
    );
    this.calendar?.replaceChildren(head, this.weeks(day), foot);
  }

  private weeks(day: string): HTMLTableElement {
    const grid = monthGrid(day);
    const name = new Intl.DateTimeFormat(language(), { weekday: "short", timeZone: "UTC" });
    const long = new Intl.DateTimeFormat(language(), { dateStyle: "full", timeZone: "UTC" });
    const heads = grid[0]?.map((first) => el("th", { scope: "col" }, name.format(Date.parse(first)))) ?? [];
    const rows = grid.map((week) => el("tr", {}, ...week.map((one) => el("td", {}, this.dayButton(one, day, long)))));
    return el("table", {}, el("thead", {}, el("tr", {}, ...heads)), el("tbody", {}, ...rows));
  }

  private dayButton(one: string, day: string, long: Intl.DateTimeFormat): HTMLButtonElement {
    const { min, max } = this.dataset;
    return el(
      "button",
      {
        type: "button", "data-pick": one, tabindex: one === day ? 0 : -1, "aria-label": long.format(Date.parse(one)),
        "aria-pressed": one === this.chosen() ? "true" : "false", "aria-current": one === localToday(new Date()) ? "date" : null,
        "data-other": one.slice(0, 7) !== day.slice(0, 7), disabled: Boolean((min && one < min) || (max && one > max)),
      },
      String(parts(one)[2]),
    );
  }

  private focusDay(): void {
    this.calendar?.querySelector<HTMLButtonElement>("td button[tabindex='0']")?.focus();
  }

  private calendarKey(event: KeyboardEvent): void {
    const step = STEPS[event.key];
    if (!step || !(event.target as HTMLElement).closest("td")) return;
    event.preventDefault();
    this.draw(step(this.shown));
    this.focusDay();
  }

  private calendarClick(event: MouseEvent): void {
    const button = (event.target as HTMLElement).closest<HTMLButtonElement>("button");
    const go = button?.dataset["go"];
    if (go) {
      this.draw(STEPS[go]?.(this.shown) ?? this.shown);
      this.calendar?.querySelector<HTMLButtonElement>(`[data-go=${go}]`)?.focus();
    }
    if (button?.dataset["pick"] !== undefined) this.pick(button.dataset["pick"]);
  }

  private pick(day: string): void {
    this.calendar?.hidePopover();
    this.input.value = day && formatDate(day);
    this.forget();
    this.read();
    this.input.focus();
    this.input.dispatchEvent(new Event("input", { bubbles: true }));
    this.input.dispatchEvent(new Event("change", { bubbles: true }));
  }
}
