package client

import (
	"errors"
	"sync"
)

var errClosed = errors.New("client: the connection was closed")

// extension is a client's end of a branch. It is a socket.
type extension struct {
	line int64
	say  func(text []byte) error // towards the trunk
	quit func(dead bool)         // it is no longer wanted, or found dead
	news chan word               // while it is being opened: here, opened or end
	bell chan struct{}

	mu    sync.Mutex
	queue [][]byte // guarded by mu: messages to be read
	err   error    // guarded by mu: why there will be no more
}

func newExtension(line int64) *extension {
	return &extension{line: line, news: make(chan word, 8), bell: make(chan struct{}, 1)}
}

func (e *extension) hear(text []byte) {
	e.mu.Lock()
	e.queue = append(e.queue, text)
	e.mu.Unlock()
	poke(e.bell)
}

// end says why no more will come. The first reason counts.
func (e *extension) end(err error) {
	e.mu.Lock()
	if e.err == nil {
		e.err = err
	}
	e.mu.Unlock()
	poke(e.bell)
}

// Read implements socket.
func (e *extension) Read() ([]byte, error) {
	for {
		e.mu.Lock()
		if len(e.queue) > 0 {
			message := e.queue[0]
			e.queue = e.queue[1:]
			e.mu.Unlock()
			return message, nil
		}
		err := e.err
		e.mu.Unlock()
		if err != nil {
			poke(e.bell) // for whoever reads next
			return nil, err
		}
		<-e.bell
	}
}

// Write implements socket.
func (e *extension) Write(message []byte) error { return e.say(message) }

// Close implements socket. The trunk stays for the others.
func (e *extension) Close() {
	e.end(errClosed)
	e.quit(false)
}

// Abort implements socket: the trunk is not trusted any more.
func (e *extension) Abort() {
	e.end(errClosed)
	e.quit(true)
}
