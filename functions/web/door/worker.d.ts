/** What the face loads, put in by build.mjs. */
declare const FILES: string[];
