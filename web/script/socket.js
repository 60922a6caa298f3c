// A WebSocket that Go in the browser can use safely. Go's websocket package
// cannot see the close codes 1001 to 2999, so they are shifted by 3000, and an
// "error" listener of its that closes a connecting socket would stop the whole
// program: a "close" always follows, which says the same.
{
  const Native = globalThis.WebSocket;
  globalThis.WebSocket = class WebSocket extends Native {
    // What is sent while the socket closes is lost either way; browsers complain.
    send(data) {
      if (this.readyState === Native.OPEN) super.send(data);
    }

    addEventListener(type, listener, options) {
      if (type === "error") return;
      if (type !== "close") return super.addEventListener(type, listener, options);
      super.addEventListener("close", (e) => {
        const code = e.code > 1000 && e.code < 3000 ? e.code + 3000 : e.code;
        listener.call(this, new CloseEvent("close", { code, reason: e.reason, wasClean: e.wasClean }));
      }, options);
    }
  };
}
