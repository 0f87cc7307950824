// The session as all tabs of this browser share it. Not localStorage: what one tab writes there reaches others in its own
// time, so that a tab whose turn it is could still read, and use again, the refresh token that another one has just used.
// IndexedDB keeps the order.

const NAME = 'posterr';
const KEY = 'session';
const opening = open();
const channel = new BroadcastChannel(NAME);

export async function read() {
  const database = await opening;
  return settled(database.transaction(NAME).objectStore(NAME).get(KEY));
}

/** Resolves when every tab that reads from now on gets this. Undefined takes it away. */
export async function write(session) {
  const transaction = (await opening).transaction(NAME, 'readwrite');
  const sessions = transaction.objectStore(NAME);
  if (session) sessions.put(session, KEY);
  else sessions.delete(KEY);
  await new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error);
  });
  channel.postMessage('written');
}

/** Calls back when another tab has written. */
export function onWritten(listener) {
  channel.addEventListener('message', listener);
}

function open() {
  const request = indexedDB.open(NAME, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(NAME);
  return settled(request);
}

function settled(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
