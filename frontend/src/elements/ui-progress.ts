import { RondaElement, el } from "../lib/dom.ts";
import { getJson, post } from "../lib/http.ts";
import { count, say } from "../lib/i18n.ts";
import { outcome, percent, type Job } from "../lib/progress.ts";
import { refresh } from "../lib/refresh.ts";

/**
 * <ui-progress data-url data-interval="1000" data-target="#result" data-done-url data-stop-url data-label="Invoicing">
 * Asks data-url for {done, total, state, text, url} until state is done or failed; then goes to url or data-done-url,
 * or refreshes data-target from this page.
 */
export class UiProgress extends RondaElement {
  private timer: ReturnType<typeof setTimeout> | undefined;
  private faults = 0;

  upgrade(): void {
    if (this.querySelector("progress")) return;
    const label = this.dataset["label"] ?? "";
    const text = el("span", { "data-progress-text": "", role: "status" }, label);
    this.append(
      el("div", { class: "progress-line" }, text, el("output", {})),
      el("progress", { class: "progress", max: 100, "aria-label": label || say("loading") }),
    );
    if (this.dataset["stopUrl"]) this.append(el("div", { class: "progress-foot" }, this.stopButton(this.dataset["stopUrl"])));
    void this.poll();
  }

  protected override left(): void {
    clearTimeout(this.timer);
  }

  private stopButton(url: string): HTMLButtonElement {
    const button = el("button", { type: "button", class: "btn btn-small btn-danger" }, say("stop"));
    button.addEventListener("click", () => {
      button.disabled = true;
      button.textContent = say("stopping");
      post(url).catch(() => {
        button.disabled = false;
        button.textContent = say("stop");
      });
    });
    return button;
  }

  private async poll(): Promise<void> {
    try {
      const job = await getJson<Job>(this.dataset["url"] ?? "", this.signal);
      this.faults = 0;
      this.show(job);
      if (outcome(job.state) !== "running") return this.end(job);
    } catch (error) {
      if (this.signal.aborted) return;
      this.faults += 1;
      if (this.faults >= 3) this.text(error instanceof TypeError ? say("offline") : (error as Error).message);
    }
    this.later();
  }

  /** A server that does not answer is asked less and less often. */
  private later(): void {
    const interval = Number(this.dataset["interval"] ?? 1000);
    this.timer = setTimeout(() => void this.poll(), interval * Math.min(15, 2 ** this.faults));
  }

  private text(words: string): void {
    const line = this.querySelector("[data-progress-text]");
    if (line && line.textContent !== words) line.textContent = words;
  }

  private show(job: Job): void {
    const bar = this.querySelector("progress");
    const share = percent(job);
    if (share === null) bar?.removeAttribute("value");
    else bar?.setAttribute("value", String(share));
    this.text(job.text || this.dataset["label"] || "");
    const numbers = this.querySelector("output");
    if (numbers) numbers.textContent = job.total ? `${count(job.done)} / ${count(job.total)}` : "";
  }

  private end(job: Job): void {
    const result = outcome(job.state);
    this.querySelector("progress")?.classList.add(result === "good" ? "progress-good" : "progress-bad");
    this.querySelector(".progress-foot")?.remove();
    if (!job.text) this.text(say(result === "good" ? "done" : "failed"));
    this.dispatchEvent(new CustomEvent("progress:end", { bubbles: true, detail: { ...job, result } }));
    const url = job.url || (result === "good" ? this.dataset["doneUrl"] : undefined);
    if (url) window.location.assign(url);
    else if (this.dataset["target"]) void refresh(this.dataset["target"]);
  }
}
