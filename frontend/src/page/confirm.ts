import { el } from "../lib/dom.ts";
import { say } from "../lib/i18n.ts";

/** Asks in a dialog; true when the person goes ahead. The safe answer has the focus. */
export function ask(question: string, yes: string, danger: boolean): Promise<boolean> {
  const cancel = el("button", { class: "btn", value: "", autofocus: true }, say("cancel"));
  const go = el("button", { class: danger ? "btn btn-danger" : "btn btn-primary", value: "yes" }, yes);
  const form = el("form", { method: "dialog" }, el("div", { class: "dialog-body" }, el("h2", {}, question)), el("div", { class: "dialog-actions" }, cancel, go));
  const dialog = el("dialog", { class: "dialog", "aria-label": question }, form);
  document.body.append(dialog);
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      resolve(dialog.returnValue === "yes");
    });
  });
}

document.addEventListener("htmx:confirm", (event) => {
  const { ctx, issueRequest, dropRequest } = (event as unknown as CustomEvent<{ ctx: { confirm: string; sourceElement: HTMLElement }; issueRequest: () => void; dropRequest: () => void }>).detail;
  event.preventDefault();
  const source = ctx.sourceElement;
  void ask(ctx.confirm, source.dataset["confirmYes"] ?? say("yes"), source.classList.contains("btn-danger")).then((yes) => (yes ? issueRequest() : dropRequest()));
});

const agreed = new WeakSet<Event | HTMLFormElement>();

// <form data-confirm="…"> or <button data-confirm="…" data-confirm-yes="…">: plain forms ask the same way.
document.addEventListener(
  "submit",
  (event) => {
    const form = event.target as HTMLFormElement;
    const button = event.submitter as HTMLButtonElement | null;
    const source = button?.dataset["confirm"] ? button : form;
    const question = source.dataset["confirm"];
    if (!question || agreed.delete(form)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    void ask(question, source.dataset["confirmYes"] ?? say("yes"), button?.classList.contains("btn-danger") ?? false).then((yes) => {
      if (!yes) return;
      agreed.add(form);
      form.requestSubmit(button);
    });
  },
  { capture: true },
);
