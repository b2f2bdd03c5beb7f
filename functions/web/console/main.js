/** The console: a frame with the ways to its views, and the view that the address names. */

import by from "words:console";
import "../kit/base.css";
import { framed } from "../kit/frame.js";
import { signIn } from "../kit/signed_in.js";
import { speak, word } from "../kit/words.js";
import "./console.css";
import { views } from "./views.js";

/** @param {string} language */
const named = (language) => new Intl.DisplayNames([language], { type: "language" }).of(language) ?? language;

await speak(by);
document.title = word("title");
signIn();
framed({ brand: "Lockstep", places: views, languages: Object.keys(by), named }).start();
