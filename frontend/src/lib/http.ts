/** Requests to our own server: CSRF header from the cookie, answers as JSON, refusals as words. */

import { say } from "./i18n.ts";

/** The CSRF token Django left in the cookie; the form field is the fallback for cookie-less set-ups. */
export function csrfToken(): string {
  const cookie = /(?:^|;\s*)csrftoken=([^;]+)/.exec(document.cookie)?.[1];
  return cookie ? decodeURIComponent(cookie) : (document.querySelector<HTMLInputElement>("input[name=csrfmiddlewaretoken]")?.value ?? "");
}

/** `url` with the parameters added; empty ones are left out. */
export function withParams(url: string, params: Record<string, string | undefined>): string {
  const full = new URL(url, document.baseURI);
  for (const [name, value] of Object.entries(params)) if (value) full.searchParams.set(name, value);
  return full.pathname + full.search;
}

export async function getJson<T>(url: string, signal?: AbortSignal): Promise<T> {
  const answer = await fetch(url, { headers: { Accept: "application/json" }, signal: signal ?? null, credentials: "same-origin" });
  if (!answer.ok) throw new Error(failureText(answer.status));
  return (await answer.json()) as T;
}

export function post(url: string, body: BodyInit | null = null, signal?: AbortSignal): Promise<Response> {
  const headers = { "X-CSRFToken": csrfToken(), "X-Requested-With": "XMLHttpRequest" };
  return fetch(url, { method: "POST", headers, body, signal: signal ?? null, credentials: "same-origin" });
}

/** What to tell a person about an answer that is no answer. */
export function failureText(status: number): string {
  if (status === 0) return say("offline");
  if (status === 401) return say("signedOut");
  return status === 403 ? say("refused") : say("serverError", status);
}

/** The server's own words in a refused answer ({message}, {detail} or {error}), else ours. */
export function refusalText(status: number, body: string): string {
  try {
    const said = JSON.parse(body) as Record<string, unknown>;
    const words = said["message"] ?? said["detail"] ?? said["error"];
    if (typeof words === "string" && words) return words;
  } catch {
    return failureText(status);
  }
  return failureText(status);
}
