/** Makes elements: `make("button", { type: "button", onclick }, "Save")`. Text is always text, never markup. */

/**
 * @param {string} name
 * @param {Record<string, unknown>} [given] properties; those with a dash are set as attributes
 * @param {...(Node | string)} children
 * @returns {HTMLElement}
 */
export function make(name, given = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(given)) {
    if (key.includes("-")) made.setAttribute(key, String(value));
    else Object.assign(made, { [key]: value });
  }
  made.append(...children);
  return made;
}

/** @param {string} id @returns {HTMLElement} */
export function found(id) {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no element ${id}`);
  return element;
}

/** @param {number} milliseconds */
export function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
