// What this browser keeps: messages that are not sent yet, and what was seen
// last, for a start without network. Each user's is their own. Everything that
// returns a promise is durable when that is kept.
"use strict";

var hubbubShelf = (() => {
  const KEPT_ROOMS = 20;
  let opening = null;

  function open() {
    opening ??= new Promise((done, fail) => {
      const request = indexedDB.open(hubbubName("hubbub"), 1);
      request.onupgradeneeded = () => {
        for (const name of ["posts", "pages", "state"]) request.result.createObjectStore(name);
      };
      request.onerror = () => fail(request.error);
      request.onsuccess = () => {
        const db = request.result;
        db.onversionchange = () => db.close();
        db.onclose = () => { opening = null; }; // evicted: another try makes it anew
        done(db);
      };
    }).catch((err) => { opening = null; throw err; });
    return opening;
  }

  // run carries out work in one transaction. What work returns is read from its
  // request when all is done.
  async function run(mode, stores, durability, work) {
    const db = await open();
    return new Promise((done, fail) => {
      const transaction = db.transaction(stores, mode, { durability });
      let result;
      transaction.oncomplete = () => done(result ? result.result : undefined);
      transaction.onerror = transaction.onabort = () => fail(transaction.error || new Error("aborted"));
      result = work(...stores.map((name) => transaction.objectStore(name)));
    });
  }
  const write = (stores, durability, work) => run("readwrite", stores, durability, work);
  const read = (stores, work) => run("readonly", stores, "default", work);
  const of = (user) => IDBKeyRange.bound([user], [user, []]);

  // prune forgets the pages that were saved the longest ago.
  function prune(pages, user) {
    const request = pages.getAll(of(user));
    request.onsuccess = () => {
      const oldest = request.result.sort((a, b) => b.at - a.at).slice(KEPT_ROOMS);
      for (const page of oldest) pages.delete([user, page.room]);
    };
  }

  // Jottings stand in localStorage, which does not wait, until the database has
  // the message: the page may go at any moment.
  const jotting = (user, key) => hubbubName("hubbub.post." + user + "." + key);
  function jottings(user) {
    try {
      const mine = Object.keys(localStorage).filter((name) => name.startsWith(jotting(user, "")));
      return mine.map((name) => localStorage.getItem(name));
    } catch {
      return [];
    }
  }
  function forgetJotting(user, key) {
    try { localStorage.removeItem(jotting(user, key)); } catch { /* there is none */ }
  }

  return {
    jot(user, key, json) {
      try { localStorage.setItem(jotting(user, key), json); } catch { /* put says so */ }
    },
    // What is in the database comes last: it is the newer.
    posts: async (user) => jottings(user).concat(await read(["posts"], (posts) => posts.getAll(of(user)))),
    put: (user, key, json) => write(["posts"], "strict", (posts) => void posts.put(json, [user, key]))
      .then(() => forgetJotting(user, key)),
    drop(user, key) {
      forgetJotting(user, key);
      return write(["posts"], "relaxed", (posts) => void posts.delete([user, key]));
    },

    save: (user, state, fresh) => write(["state", "pages"], "relaxed", (states, pages) => {
      states.put({ user, json: state }, "last");
      for (const [room, json] of fresh) pages.put({ room, json, at: Date.now() }, [user, room]);
      if (fresh.length > 0) prune(pages, user);
    }),
    last: () => read(["state"], (states) => states.get("last")),
    page: (user, room) => read(["pages"], (pages) => pages.get([user, room])),

    // forget drops what was seen, by anybody; with a user also what that one
    // did not send.
    forget: (user) => hubbubFiles.clear(user).then(() => write(["posts", "pages", "state"], "strict", (posts, pages, states) => {
      pages.clear();
      states.clear();
      if (!user) return;
      posts.delete(of(user));
      for (const json of jottings(user)) forgetJotting(user, JSON.parse(json).key);
    })),
  };
})();
