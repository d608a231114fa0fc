import { debounce } from "../lib/dom.ts";

// A plain form is sent once, however often the button is pressed; a form that downloads a file frees itself again.
document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (event.defaultPrevented || form.method !== "post" || form.target) return;
  if (form.dataset["sent"]) return event.preventDefault();
  form.dataset["sent"] = "1";
  const button = event.submitter;
  button?.setAttribute("aria-busy", "true");
  setTimeout(() => {
    delete form.dataset["sent"];
    button?.removeAttribute("aria-busy");
  }, 4000);
});

// Back from the next page by the browser's cache: the form is usable again.
window.addEventListener("pageshow", (event) => {
  if (!event.persisted) return;
  for (const form of document.querySelectorAll<HTMLFormElement>("form[data-sent]")) delete form.dataset["sent"];
});

// <form data-autosubmit>: filters apply as soon as they change, a search after a pause.
const submitSoon = debounce((form: HTMLFormElement) => form.requestSubmit(), 350);
document.addEventListener("change", (event) => {
  const field = event.target as HTMLInputElement;
  const form = field.form;
  if (form?.matches("[data-autosubmit]") && field.type !== "search") form.requestSubmit();
});
document.addEventListener("input", (event) => {
  const field = event.target as HTMLInputElement;
  const form = field.form;
  if (form?.matches("[data-autosubmit]") && field.type === "search") submitSoon(form);
});
