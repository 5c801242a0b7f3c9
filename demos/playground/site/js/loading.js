// Fetches files with their hashes checked, and tells how far it is.

/**
 * @typedef {{name: string, url: string, bytes: number, integrity: string}} File
 */

/**
 * Fetch files at once.
 * @param {File[]} files
 * @param {(progress: {file: string, loaded: number, total: number}) => void} tell
 * @returns {Promise<Map<string, ArrayBuffer>>} their contents by name
 */
export async function fetchAll(files, tell) {
  const total = files.reduce((sum, file) => sum + file.bytes, 0);
  let loaded = 0;
  const advance = (file, bytes) => {
    loaded += bytes;
    tell({ file: file.name, loaded: Math.min(loaded, total), total });
  };
  const contents = await Promise.all(files.map((file) => fetchOne(file, (bytes) => advance(file, bytes))));
  return new Map(files.map((file, i) => [file.name, contents[i]]));
}

/** Fetch a file in pieces where its hash can be checked here, else let the browser check it. */
async function fetchOne(file, advance) {
  const checkedHere = Boolean(globalThis.crypto?.subtle);
  const response = await fetch(file.url, checkedHere ? {} : { integrity: file.integrity });
  if (!response.ok) throw new Error(`${file.name}: ${response.status} ${response.statusText}`);
  const pieces = [];
  for (let reader = response.body.getReader(), piece; !(piece = await reader.read()).done; ) {
    pieces.push(piece.value);
    advance(piece.value.length);
  }
  const content = await new Blob(pieces).arrayBuffer();
  if (checkedHere && (await sha384(content)) !== file.integrity) {
    throw new Error(`${file.name} is not the file it should be: its hash is another`);
  }
  return content;
}

async function sha384(content) {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-384", content));
  return `sha384-${btoa(String.fromCharCode(...digest))}`;
}
