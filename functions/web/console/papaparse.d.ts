/** What is used of papaparse, which brings no types of its own; those of others would bring Node's into every page. */
declare module "papaparse" {
  interface Read {
    data: string[][];
    errors: { type: string; code: string; row?: number }[];
  }
  interface Written {
    escapeFormulae?: boolean | RegExp;
    quotes?: boolean;
    newline?: string;
  }
  const papaparse: {
    parse(text: string, how?: { delimiter?: string; skipEmptyLines?: boolean }): Read;
    unparse(table: { fields: string[]; data: unknown[][] }, how?: Written): string;
  };
  export default papaparse;
}
