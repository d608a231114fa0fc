/** The order of the command palette: what the server found, then the site's own pages that fit the words. */

import { fold } from "./dates.ts";

export interface Item { label: string; url: string; hint?: string; icon?: string }
export interface Group { label: string; items: Item[] }
/** Either grouped, or a flat list as the combobox endpoints give. */
export interface Answer { groups?: Group[]; results?: { text: string; url: string; hint?: string; icon?: string; group?: string }[] }

/** True when every word of `query` begins a word of `text`, accents and case aside. */
export function fits(text: string, query: string): boolean {
  const words = fold(text).split(/[^\p{L}\p{N}]+/u);
  return fold(query).split(/\s+/).filter(Boolean).every((wanted) => words.some((word) => word.startsWith(wanted)));
}

/** The answer as groups, flat results gathered under their group's name. */
export function groupsOf(answer: Answer, otherwise: string): Group[] {
  if (answer.groups) return answer.groups.filter((group) => group.items.length > 0);
  const byName = new Map<string, Item[]>();
  for (const { text, group, ...rest } of answer.results ?? []) {
    const name = group ?? otherwise;
    byName.set(name, [...(byName.get(name) ?? []), { label: text, ...rest }]);
  }
  return [...byName].map(([label, items]) => ({ label, items }));
}
