/** The words of one face, by language: made by build.mjs from messages.toml. */
declare module "words:*" {
  const by: Record<string, () => Promise<{ default: Record<string, string> }>>;
  export default by;
}

declare module "*.css";
