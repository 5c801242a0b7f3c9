// Where the files of the site are: beside the page or, in the page that is a single file, inside it.

const inside = JSON.parse(document.querySelector("#inside")?.textContent ?? "{}");

/**
 * Return the address of a file of the site.
 * @param {string} path
 */
export const locate = (path) => inside[path] ?? path;
