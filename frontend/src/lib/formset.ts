/** Django's numbering of inline rows. */

/** The markup of row `index` from the template whose names carry `__prefix__`. */
export function numbered(markup: string, index: number): string {
  return markup.replaceAll("__prefix__", String(index));
}

/** True for the field by which Django deletes a row of the formset `prefix`. */
export function isDeleteField(name: string, prefix: string): boolean {
  return name.startsWith(`${prefix}-`) && /-\d+-DELETE$/.test(name);
}
