package server

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"sync"
	"time"

	"hubbub/shared"
)

const (
	noticePage    = 64               // notices in one look into the store
	noticeWorkers = 16               // on their way at once
	noticeTimeout = 15 * time.Second // for a push service to take one
	noticeSweep   = time.Minute      // how often to look for what other nodes left behind
	noticeLongest = time.Hour        // between two attempts
)

// dispatcher sends the notices that are due to people's devices, in the
// background: nobody who pushes waits for it. A device is sent one at a time,
// so that a slow push service costs one worker for each of its devices.
//
// Every node has a dispatcher, and the store hands a due notice to whoever
// asks: two nodes may send the same one. What a stop or a crash cuts short is
// due again at the next start. So a device gets a notice at least once, and
// knows by the push's id what it has shown.
type dispatcher struct {
	store    Store
	notifier Notifier
	log      *slog.Logger
	now      func() time.Time
	retry    time.Duration                // the first wait after a failure
	server   func(context.Context) string // its name
	rings    *ringer
	bell     chan struct{}   // has room for one ring
	ctx      context.Context // ends with stop
	cancel   context.CancelFunc
	work     sync.WaitGroup

	mu      sync.Mutex
	busy    map[string]string    // guarded by mu: by device, what is on its way
	settled map[way]struct{}     // guarded by mu: attempts that ended since the store was looked into last
	held    map[string]time.Time // guarded by mu: until when not to try, by device or push service
	horizon time.Time            // guarded by mu: until then, some retry is to come
}

// way is that of a push, or of a room's ring, to a device.
type way struct{ about, device string }

func (n Notice) way() way { return way{n.about(), n.Device.ID} }

// about tells a device's notices apart.
func (n Notice) about() string {
	if n.Ring.Room != "" {
		return "room " + string(n.Ring.Room)
	}
	return n.Push.ID
}

func newDispatcher(o Options, rings *ringer, server func(context.Context) string) *dispatcher {
	d := &dispatcher{
		store: o.Store, notifier: o.Notifier, log: o.Log, now: o.Now, retry: o.Live.NoticeRetry, server: server, rings: rings,
		bell: make(chan struct{}, 1), busy: make(map[string]string), held: make(map[string]time.Time),
	}
	d.ctx, d.cancel = context.WithCancel(context.Background())
	if d.notifier != nil {
		d.work.Go(d.run)
	}
	return d
}

// stop ends what is under way; it is due again afterwards.
func (d *dispatcher) stop() {
	d.cancel()
	d.work.Wait()
	if d.notifier != nil {
		d.notifier.Close()
	}
}

// poke says that something may be due. It does not block.
func (d *dispatcher) poke() {
	select {
	case d.bell <- struct{}{}:
	default:
	}
}

func (d *dispatcher) run() {
	for d.ctx.Err() == nil {
		looked := d.now()
		d.round(looked)
		timer := time.NewTimer(d.pause(looked))
		select {
		case <-d.bell:
		case <-timer.C:
		case <-d.ctx.Done():
		}
		timer.Stop()
	}
}

// pause is when to look again after a look, if nothing is heard.
func (d *dispatcher) pause(looked time.Time) time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	if looked.Before(d.horizon) {
		return d.retry
	}
	return noticeSweep
}

// round begins to send what is due, as far as there are workers.
func (d *dispatcher) round(now time.Time) {
	d.mu.Lock()
	d.settled = make(map[way]struct{}) // before looking: what ends from now on, the look may still have
	d.mu.Unlock()
	due, err := d.store.DueNotices(d.ctx, now, noticePage)
	if err != nil {
		if d.ctx.Err() == nil {
			d.log.Warn("due notices could not be read", "err", err)
		}
		return
	}
	for _, n := range due {
		free, until := d.take(n, len(due) >= noticePage)
		switch {
		case free:
			d.work.Go(func() {
				d.send(n)
				d.release(n)
			})
		case !until.IsZero():
			d.putOff(n, until)
		}
	}
}

// take makes a device busy with a notice. When it may not be sent now, until
// says when; it is zero for what the next round will find. crowded says that
// there may be more behind this one, for whom room is to be made.
func (d *dispatcher) take(n Notice, crowded bool) (free bool, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if _, stale := d.settled[n.way()]; stale {
		return false, time.Time{}
	}
	now := d.now()
	for _, key := range []string{n.Device.ID, serviceOf(n.Device)} {
		if until := d.held[key]; until.After(now) {
			return false, until
		}
		delete(d.held, key)
	}
	switch about, busy := d.busy[n.Device.ID]; {
	case busy && crowded && about != n.about():
		return false, now.Add(d.retry)
	case busy || len(d.busy) >= noticeWorkers:
		return false, time.Time{}
	}
	d.busy[n.Device.ID] = n.about()
	return true, time.Time{}
}

func (d *dispatcher) release(n Notice) {
	d.mu.Lock()
	delete(d.busy, n.Device.ID)
	d.settled[n.way()] = struct{}{}
	d.mu.Unlock()
	d.poke()
}

// hold keeps off a device or a push service for a while.
func (d *dispatcher) hold(key string, until time.Time) {
	d.mu.Lock()
	defer d.mu.Unlock()
	now := d.now()
	for key, until := range d.held {
		if !until.After(now) {
			delete(d.held, key)
		}
	}
	d.held[key] = until
}

// serviceOf is the push service of a device: its host.
func serviceOf(d Device) string {
	u, err := url.Parse(d.Endpoint)
	if err != nil {
		return ""
	}
	return u.Host
}

// send tries once.
func (d *dispatcher) send(n Notice) {
	ctx, cancel := context.WithTimeout(d.ctx, noticeTimeout)
	defer cancel()
	if n.Ring.Room != "" {
		d.sendRing(ctx, n)
		return
	}
	left := time.UnixMilli(int64(n.Push.Expires)).Sub(d.now())
	if left <= 0 {
		d.end(n) // there is nothing to tell any more
		return
	}
	if !n.Push.Cleared && n.Push.Event != trialEvent && d.rings.quiet(n.Recipient) {
		d.note(n, "they do not want to be disturbed now")
		d.end(n)
		return
	}
	d.hand(ctx, n, n, n.payload(d.server(ctx)), left)
}

// sendRing tells a device of a room as it is now. Who looks at the room there
// needs no telling, but may look away without having read.
func (d *dispatcher) sendRing(ctx context.Context, n Notice) {
	r, err := d.rings.tell(ctx, n)
	switch {
	case err != nil && d.ctx.Err() != nil: // it is due at the next start
	case err != nil:
		d.log.Warn("what to tell of a room could not be read", "room", n.Ring.Room, "user", n.Recipient, "err", err)
		d.putOff(n, d.now().Add(d.backOff(n.Tries)))
	case r.looking:
		d.recordRetry(n, d.now().Add(d.rings.delay))
	case r.told == nil:
		d.end(n)
	default:
		d.hand(ctx, n, r.after, r.told.fit(), r.left)
	}
}

// hand gives a payload to a device's push service. after is the notice once the
// service has taken it.
func (d *dispatcher) hand(ctx context.Context, n, after Notice, payload []byte, left time.Duration) {
	err := d.notifier.Notify(ctx, n.Device, payload, NotifyOptions{TTL: left, Topic: n.topic()})
	if err != nil && d.ctx.Err() != nil {
		return // it is due at the next start
	}
	if err == nil {
		d.note(n, "")
		d.end(after)
		return
	}
	d.settle(n, err, left)
}

// settle notes that an attempt failed.
func (d *dispatcher) settle(n Notice, err error, left time.Duration) {
	d.log.Debug("device not notified", "user", n.Recipient, "device", n.Device.ID, "about", n.about(), "err", err)
	if errors.Is(err, ErrDeviceGone) {
		// Whoever reads the receipt finds the device gone.
		d.record(func() error { return d.store.RemoveDevice(context.Background(), n.Device.ID) })
		d.note(n, ErrDeviceGone.Error())
		return
	}
	var known *NotifyError
	if !errors.As(err, &known) {
		known = &NotifyError{Reason: err.Error()}
	}
	wait := max(d.backOff(n.Tries), known.After)
	if known.Final || wait >= left {
		d.note(n, known.Reason)
		d.end(n)
		return
	}
	until := d.now().Add(wait)
	if known.After > 0 {
		d.hold(serviceOf(n.Device), until)
	} else {
		d.hold(n.Device.ID, until)
	}
	d.putOff(n, until)
	d.note(n, known.Reason+"; trying again")
}

// backOff doubles with each attempt. Half of it is chance, so that what failed
// together does not come back together.
func (d *dispatcher) backOff(tries int) time.Duration {
	wait := noticeLongest
	if tries < 20 {
		wait = min(wait, d.retry<<tries)
	}
	return wait/2 + rand.N(wait/2+1)
}

// note adds to the push's receipts: that its device's service has it, or why
// not. Nobody asks what became of a ring.
func (d *dispatcher) note(n Notice, failed string) {
	if n.Ring.Room != "" {
		return
	}
	r := PushReceipt{Recipient: n.Recipient, Push: n.Push.ID}
	r.To, r.Kind, r.Device, r.Failed = n.Device.ID, shared.ToDevice, n.Device.Name, failed
	if failed == "" {
		r.Accepted = shared.Millis(d.now().UnixMilli())
	}
	d.record(func() error {
		_, err := d.store.NoteReceipts(context.Background(), []PushReceipt{r})
		return err
	})
}

func (d *dispatcher) end(n Notice) {
	d.record(func() error { return d.store.EndNotice(context.Background(), n) })
}

// putOff tries again later. It counts as a try.
func (d *dispatcher) putOff(n Notice, until time.Time) {
	n.Tries++
	d.recordRetry(n, until)
}

func (d *dispatcher) recordRetry(n Notice, until time.Time) {
	d.mu.Lock()
	if until.After(d.horizon) {
		d.horizon = until
	}
	d.mu.Unlock()
	d.record(func() error { return d.store.RetryNotice(context.Background(), n, until) })
}

// record writes until the store takes it: who goes on sending without writing
// down what was sent would send it for ever.
func (d *dispatcher) record(write func() error) {
	for wait := time.Second; ; wait = min(2*wait, time.Minute) {
		err := write()
		if err == nil || d.ctx.Err() != nil {
			return
		}
		d.log.Warn("what became of a notice was not stored", "err", err)
		select {
		case <-time.After(wait):
		case <-d.ctx.Done():
		}
	}
}
