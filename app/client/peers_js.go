package client

import (
	"context"
	"errors"
	"syscall/js"

	"hubbub/shared"
)

// tabs are Peers in a browser: a Web Lock says who leads, a broadcast channel
// carries the words.
type tabs struct {
	name    string
	locks   js.Value
	channel js.Value
}

// BrowserPeers joins a user's tabs, or returns nil where the browser cannot.
func BrowserPeers(user shared.UserID) Peers {
	locks, channel := js.Global().Get("navigator").Get("locks"), js.Global().Get("BroadcastChannel")
	if !locks.Truthy() || !channel.Truthy() {
		return nil // not a secure context: each tab is for itself
	}
	name := js.Global().Call("hubbubName", "hubbub "+string(user)).String()
	return &tabs{name: name, locks: locks, channel: channel.New(name)}
}

// Lead implements Peers.
func (t *tabs) Lead(ctx context.Context, take bool) (<-chan struct{}, error) {
	lost, granted := make(chan struct{}), make(chan struct{})
	options := map[string]any{"steal": true}
	stopWaiting := func() {}
	if !take {
		controller := js.Global().Get("AbortController").New()
		options = map[string]any{"signal": controller.Get("signal")}
		stopWaiting = func() { controller.Call("abort") }
	}
	release := make(chan struct{})
	hold := js.FuncOf(func(js.Value, []js.Value) any {
		close(granted)
		return promiseOf(release)
	})
	refused := make(chan error, 1)
	go func() { // ends with the lock
		defer hold.Release()
		_, err := await(context.Background(), t.locks.Call("request", t.name, options, hold))
		if err == nil {
			err = errClosed
		}
		refused <- err
		close(lost)
	}()
	select {
	case <-granted:
		context.AfterFunc(ctx, func() { close(release) })
		return lost, nil
	case err := <-refused:
		return nil, err
	case <-ctx.Done():
		stopWaiting()
		select {
		case err := <-refused:
			return nil, errors.Join(ctx.Err(), err)
		case <-granted: // just before
			close(release)
			return nil, ctx.Err()
		}
	}
}

// promiseOf is a promise that is kept when done is closed.
func promiseOf(done <-chan struct{}) js.Value {
	var start js.Func
	start = js.FuncOf(func(_ js.Value, args []js.Value) any {
		defer start.Release()
		keep := args[0]
		go func() {
			<-done
			keep.Invoke()
		}()
		return nil
	})
	return js.Global().Get("Promise").New(start)
}

// Send implements Peers.
func (t *tabs) Send(message []byte) { t.channel.Call("postMessage", string(message)) }

// Listen implements Peers. What comes waits in a queue: an event's handler may
// not wait for a lock.
func (t *tabs) Listen(hear func([]byte)) (stop func()) {
	queue := newExtension(0)
	handler := js.FuncOf(func(_ js.Value, args []js.Value) any {
		queue.hear([]byte(args[0].Get("data").String()))
		return nil
	})
	t.channel.Call("addEventListener", "message", handler)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for message, err := queue.Read(); err == nil; message, err = queue.Read() {
			hear(message)
		}
	}()
	return func() {
		t.channel.Call("removeEventListener", "message", handler)
		handler.Release()
		queue.end(errClosed)
		<-done
	}
}
