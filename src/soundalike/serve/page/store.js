// What this browser keeps over a reload: small things as words, sound in IndexedDB. Where storage is off, nothing is kept.

const PREFIX = "soundalike-";

export function keep(name, value) {
  try { localStorage.setItem(PREFIX + name, value); } catch { /* storage is off or full */ }
}

export function kept(name) {
  try { return localStorage.getItem(PREFIX + name); } catch { return null; }
}

export const keepJson = (name, value) => keep(name, JSON.stringify(value));

export function keptJson(name, otherwise) {
  try { return JSON.parse(kept(name)) ?? otherwise; } catch { return otherwise; }
}

const STORES = ["takes", "recordings"]; // takes by their id; recordings by theirs
let opening = null;

function open() {
  return (opening ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open("soundalike", 1);
    asked.onupgradeneeded = () => { for (const name of STORES) asked.result.createObjectStore(name, { keyPath: "id" }); };
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  }));
}

// What `work` asks of one store; `otherwise` where there is no storage.
async function within(name, mode, work, otherwise) {
  try {
    const database = await open();
    return await new Promise((resolve, reject) => {
      const transaction = database.transaction(name, mode);
      const asked = work(transaction.objectStore(name));
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = transaction.onerror = () => reject(transaction.error);
    });
  } catch {
    return otherwise;
  }
}

export const put = (name, value) => within(name, "readwrite", (store) => store.put(value));
export const get = (name, id) => within(name, "readonly", (store) => store.get(id));
export const all = (name) => within(name, "readonly", (store) => store.getAll(), []);
export const remove = (name, id) => within(name, "readwrite", (store) => store.delete(id));

// Forgets all but the API key, which lasts as long as the tab.
export async function clear() {
  try {
    for (const name of Object.keys(localStorage)) if (name.startsWith(PREFIX)) localStorage.removeItem(name);
  } catch { /* storage is off */ }
  await Promise.all(STORES.map((name) => within(name, "readwrite", (store) => store.clear())));
}
