/** How strong a password is, while it is typed. The server's rules decide; this only helps to do better. */

export type Strength = 0 | 1 | 2 | 3 | 4;

const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\d/, /[^\p{L}\d\s]/u];

/** 0: the rules refuse it (shorter than 8, or letters only); 1 to 4: weak, fair, good, strong. */
export function strengthOf(password: string, username = ""): Strength {
  const letters = (text: string): string => text.toLowerCase().replace(/[^\p{L}]/gu, "");
  if (password.length < 8 || !/[^\p{L}\s]/u.test(password)) return 0;
  if (username && letters(password) === letters(username)) return 0;
  const different = new Set(password.toLowerCase()).size;
  const kinds = KINDS.filter((kind) => kind.test(password)).length;
  const points = Math.min(different, 20) + kinds * 2 + Math.min(password.length, 24) / 2;
  if (different < 5) return 1;
  return points < 19 ? 1 : points < 23 ? 2 : points < 27 ? 3 : 4;
}
