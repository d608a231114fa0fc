import htmx from "htmx.org";
import { toast } from "../elements/ui-toasts.ts";
import { upgradeWithin } from "../lib/dom.ts";
import { csrfToken, failureText } from "../lib/http.ts";

interface Ctx { request: { method: string; headers: Record<string, string> }; response?: { status: number; headers: Headers } }
const ctxOf = (event: Event): Ctx => (event as CustomEvent<{ ctx: Ctx }>).detail.ctx;

// The only place where the token is sent; templates carry none in attributes.
document.addEventListener("htmx:config:request", (event) => {
  const { request } = ctxOf(event);
  if (!/^(GET|HEAD|OPTIONS)$/i.test(request.method)) request.headers["X-CSRFToken"] = csrfToken();
});

// A form that comes back with its errors (422) is swapped in; a broken or forbidden page must not replace the one being read.
document.addEventListener("htmx:before:response", (event) => {
  const status = ctxOf(event).response?.status ?? 0;
  if (status < 500 && status !== 401 && status !== 403 && status !== 404) return;
  event.preventDefault();
  toast({ text: failureText(status), level: "bad" });
});

document.addEventListener("htmx:error", (event) => {
  const error = (event as CustomEvent<{ error?: Error }>).detail.error;
  if (error instanceof TypeError || error?.name === "TimeoutError") toast({ text: failureText(0), level: "bad" });
});

document.addEventListener("htmx:after:swap", () => upgradeWithin(document));

let running = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
document.addEventListener("htmx:before:request", () => {
  running += 1;
  timer ??= setTimeout(() => (document.documentElement.dataset["busy"] = ""), 250);
});
document.addEventListener("htmx:finally:request", () => {
  running = Math.max(0, running - 1);
  if (running > 0) return;
  clearTimeout(timer);
  timer = undefined;
  delete document.documentElement.dataset["busy"];
});

declare global {
  interface Window { htmx: typeof htmx }
}
window.htmx = htmx;
