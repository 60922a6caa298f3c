package client

import (
	"context"
	"encoding/json"
	"errors"
	"time"
)

// leaderPatience is how long the leader may take to say that it is there.
const leaderPatience = 3 * time.Second

// run leads whenever it is this client's turn, until ctx ends.
func (x *exchange) run(ctx context.Context) {
	stop := x.peers.Listen(x.hear)
	defer x.work.Wait()
	defer x.cancel()
	defer stop()
	take := false
	for ctx.Err() == nil {
		take = x.turn(ctx, take)
	}
}

// turn waits for the lead and has it until it is lost. take says that the next
// turn is not to be waited for.
func (x *exchange) turn(ctx context.Context, force bool) (take bool) {
	hold, release := context.WithCancel(ctx)
	defer release()
	type grant struct {
		lost <-chan struct{}
		err  error
	}
	granted := make(chan grant, 1)
	x.work.Go(func() {
		lost, err := x.peers.Lead(hold, force)
		granted <- grant{lost, err}
	})
	select {
	case <-x.usurp:
		return true
	case g := <-granted:
		if ctx.Err() != nil {
			return false
		}
		x.promote() // also where leading is refused: then each is for itself
		select {
		case <-g.lost:
		case <-ctx.Done():
		}
		x.resign()
		return false
	}
}

func (x *exchange) promote() {
	x.mu.Lock()
	close(x.promoted)
	moved := x.mine
	x.mine = make(map[int64]*extension)
	x.mu.Unlock()
	for _, e := range moved {
		e.end(errMoved)
	}
	x.tell(word{Kind: wordLead})
	x.lead(true)
}

func (x *exchange) resign() {
	x.mu.Lock()
	x.promoted = make(chan struct{})
	s := x.trunk
	x.mu.Unlock()
	if s != nil {
		x.cut(s, errMoved)
	}
	x.lead(false)
}

// ask opens a line behind the leader's trunk. A leader that is silent is
// replaced.
func (x *exchange) ask(ctx context.Context, e *extension, promoted <-chan struct{}) (socket, error) {
	x.mu.Lock()
	x.mine[e.line] = e
	x.mu.Unlock()
	x.tell(word{Kind: wordOpen, Line: e.line})
	patience := time.NewTimer(leaderPatience)
	defer patience.Stop()
	for {
		select {
		case w := <-e.news:
			switch w.Kind {
			case wordHere:
				patience.Stop()
			case wordEnd:
				x.forget(e)
				return nil, errRelay
			case wordOpened:
				x.extend(e, w.From)
				return e, nil
			}
		case <-promoted:
			x.forget(e)
			return x.connect(ctx, x.url) // e was ended
		case <-patience.C:
			poke(x.usurp)
		case <-ctx.Done():
			x.forget(e)
			return nil, ctx.Err()
		}
	}
}

// extend makes e a line to the leader.
func (x *exchange) extend(e *extension, leader string) {
	e.say = func(text []byte) error {
		x.tell(word{Kind: wordText, To: leader, Line: e.line, Text: string(text)})
		return nil
	}
	e.quit = func(bool) {
		if x.forget(e) {
			x.tell(word{Kind: wordEnd, To: leader, Line: e.line})
		}
	}
}

func (x *exchange) forget(e *extension) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	_, was := x.mine[e.line]
	delete(x.mine, e.line)
	return was
}

// hear takes a word from another client.
func (x *exchange) hear(raw []byte) {
	var w word
	if json.Unmarshal(raw, &w) != nil || w.To != "" && w.To != x.id {
		return // of another build, or not for us
	}
	x.mu.Lock()
	leads, mine := x.leadsNow(), x.mine[w.Line]
	x.mu.Unlock()
	switch w.Kind {
	case wordPut, wordAcked, wordDrop:
		x.heard(w)
	case wordWake:
		if leads {
			x.wake()
		}
	case wordLead:
		x.follow()
	case wordUp:
		x.wake()
	default:
		if leads {
			x.serve(w)
		} else if mine != nil && w.To == x.id {
			mine.relayed(w)
		}
	}
}

// nudge has the leader look after its trunk: somebody looks at this screen.
func (x *exchange) nudge() {
	x.mu.Lock()
	leads := x.leadsNow()
	x.mu.Unlock()
	if !leads {
		x.tell(word{Kind: wordWake})
	}
}

// part tells the leader that this client's lines are of no more use. Should it
// come back, it will hear that they ended.
func (x *exchange) part() {
	x.mu.Lock()
	defer x.mu.Unlock()
	for line := range x.mine {
		x.tell(word{Kind: wordEnd, Line: line})
	}
}

// follow turns to a new leader.
func (x *exchange) follow() {
	x.mu.Lock()
	moved := x.mine
	x.mine = make(map[int64]*extension)
	x.mu.Unlock()
	for _, e := range moved {
		e.end(errMoved)
		e.opening(word{Kind: wordEnd})
	}
	x.wake()
}

// serve does what a line behind this client's trunk asks for.
func (x *exchange) serve(w word) {
	id := branchID{w.From, w.Line}
	answer := func(k wordOf, text string) { x.tell(word{Kind: k, To: w.From, Line: w.Line, Text: text}) }
	switch w.Kind {
	case wordOpen:
		answer(wordHere, "")
		b := &branch{
			hear: func(text []byte) { answer(wordText, string(text)) },
			end:  func(err error) { answer(wordEnd, err.Error()) },
		}
		x.work.Go(func() {
			ctx, cancel := context.WithTimeout(x.ctx, dialTimeout)
			defer cancel()
			if err := x.join(ctx, id, b); err != nil {
				answer(wordEnd, err.Error())
				return
			}
			answer(wordOpened, "")
		})
	case wordText:
		if err := x.send(id, []byte(w.Text)); err != nil {
			answer(wordEnd, err.Error())
		}
	case wordEnd:
		x.work.Go(func() { x.leave(id, false) }) // saying goodbye may take a while
		x.wake()                                 // perhaps the trunk is dead
	}
}

// relayed takes the leader's word about a line.
func (e *extension) relayed(w word) {
	switch w.Kind {
	case wordText:
		e.hear([]byte(w.Text))
	case wordEnd:
		e.end(errors.New(w.Text))
		e.opening(w)
	default:
		e.opening(w)
	}
}

// opening tells who opens the line, if somebody still does.
func (e *extension) opening(w word) {
	select {
	case e.news <- w:
	default:
	}
}
