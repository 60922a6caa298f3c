package server_test

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode/utf8"

	"hubbub/server"
	"hubbub/server/sqlstore"
	"hubbub/server/webpush"
	"hubbub/server/webpush/pushtest"
	"hubbub/shared"
)

// pushTown is a town whose people's browsers are at a push service of the
// test's. Its clock stands until the test moves it.
type pushTown struct {
	*town
	service *pushtest.Service
	key     string
	clock   *clock
	options server.Options
}

func newPushTown(t *testing.T, change ...func(*server.Options)) *pushTown {
	t.Helper()
	p := &pushTown{service: pushtest.New(t), clock: &clock{now: time.Now().Truncate(time.Second)}}
	n := newNotifier(t, p.service)
	p.key = n.Key()
	p.options = server.Options{Notifier: n, Now: p.clock.Now, Live: server.LiveOptions{NoticeRetry: 5 * time.Millisecond}}
	for _, c := range change {
		c(&p.options)
	}
	p.town = newTown(t, p.options)
	p.moveIn("bob")
	return p
}

func newNotifier(t *testing.T, service *pushtest.Service) *webpush.Notifier {
	t.Helper()
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	n, err := webpush.New(key, webpush.Options{Loopback: true, Roots: service.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// browser signs somebody in with a browser that is notified.
func (p *pushTown) browser(user string) (*caller, *pushtest.Browser, shared.Device) {
	p.Helper()
	c, b := p.call(user), p.service.Subscribe(p.key)
	d := b.Device()
	return c, b, *c.do(shared.Frame{Device: &d}).Device
}

// push has ada tell bob something.
func (p *pushTown) push(ada *caller, n shared.NewPush) *shared.PushAnswer {
	p.Helper()
	n.UserID = "bob"
	return ada.do(shared.Frame{Push: &n}).Push
}

func (p *pushTown) next(b *pushtest.Browser) (pushtest.Delivery, map[string]string) {
	p.Helper()
	ctx, cancel := context.WithTimeout(p.Context(), patience)
	defer cancel()
	d, err := b.Next(ctx)
	if err != nil {
		p.Fatal(err)
	}
	var told map[string]string
	if err := json.Unmarshal(d.Payload, &told); err != nil {
		p.Fatalf("%q: %v", d.Payload, err)
	}
	return d, told
}

// receipt waits until what is known of a push's way to a device is as wanted.
func (p *pushTown) receipt(c *caller, push string, device string, as func(shared.Receipt) bool) shared.Receipt {
	p.Helper()
	var last []shared.Receipt
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		last = c.do(shared.Frame{Receipts: &shared.PushRef{ID: push}}).Status.Receipts
		for _, r := range last {
			if r.To == device && as(r) {
				return r
			}
		}
	}
	p.Fatalf("the receipts stay %+v", last)
	return shared.Receipt{}
}

func accepted(r shared.Receipt) bool { return r.Accepted > 0 && r.Failed == "" }
func failed(r shared.Receipt) bool   { return r.Failed != "" }
func failing(r shared.Receipt) bool  { return strings.HasSuffix(r.Failed, "; trying again") }
func final(r shared.Receipt) bool    { return failed(r) && !failing(r) }

// empty waits until nothing is on its way.
func (p *pushTown) empty() {
	p.Helper()
	for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
		due, err := p.store.DueNotices(p.Context(), p.clock.Now().Add(1e6*time.Hour), 10)
		if err != nil {
			p.Fatal(err)
		}
		if len(due) == 0 {
			return
		}
	}
	p.Fatal("some notice is still on its way")
}

func TestAPushReachesADeviceAndItsReceiptsSayHowFar(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	bob, b, device := p.browser("bob")
	answer := p.push(ada, shared.NewPush{Event: "deploy", Title: "Deployed", Message: "v1.4 is live 🚀", ID: "build-1", URL: "/r/lobby", Collapse: "deploy"})
	if answer.Devices != 1 || !answer.Stored {
		t.Errorf("the answer is %+v", answer)
	}
	d, told := p.next(b)
	if d.TTL != int(shared.DefaultPushTTL.Seconds()) || d.Topic == "" || d.Topic != told["tag"] {
		t.Errorf("it came with %+v", d)
	}
	for name, want := range map[string]string{
		"to": device.ID, "title": "Deployed", "message": "v1.4 is live 🚀", "url": "/r/lobby", "event": "deploy",
	} {
		if told[name] != want {
			t.Errorf("%s is %q, want %q", name, told[name], want)
		}
	}
	r := p.receipt(ada, "build-1", device.ID, accepted)
	if r.Kind != shared.ToDevice || r.Device != "test" || r.Delivered > 0 || r.Opened > 0 {
		t.Errorf("the receipt is %+v", r)
	}
	bob.do(shared.Frame{Ack: &shared.Ack{Push: told["id"], To: device.ID}})
	p.receipt(ada, "build-1", device.ID, func(r shared.Receipt) bool { return accepted(r) && r.Delivered > 0 && r.Opened == 0 })
	bob.do(shared.Frame{Ack: &shared.Ack{Push: told["id"], To: device.ID, Opened: true}})
	p.receipt(ada, "build-1", device.ID, func(r shared.Receipt) bool { return accepted(r) && r.Delivered > 0 && r.Opened > 0 })
	p.empty()
}

func TestADevicesAcknowledgementMayOvertakeItsPushService(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	bob, b, device := p.browser("bob")
	b.Answer(pushtest.Later(60))
	p.push(ada, shared.NewPush{Message: "hi", ID: "one"})
	p.receipt(ada, "one", device.ID, failing)
	push := bob.do(shared.Frame{Pushes: &shared.PushQuery{}}).Pushes[0].ID
	bob.do(shared.Frame{Ack: &shared.Ack{Push: push, To: device.ID}})
	if r := p.receipt(ada, "one", device.ID, func(r shared.Receipt) bool { return r.Delivered > 0 }); r.Kind != shared.ToDevice {
		t.Errorf("the receipt is %+v", r)
	}
}

func TestPushesThatCollapseReplaceEachOtherOnTheDevice(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, _ := p.browser("bob")
	var tags []string
	for i, collapse := range []string{"a", "a", "b", ""} {
		p.push(ada, shared.NewPush{Message: fmt.Sprint(i), Collapse: collapse})
		d, told := p.next(b)
		if d.Topic != told["tag"] || len(d.Topic) > 32 {
			t.Errorf("the topic is %q, the tag %q", d.Topic, told["tag"])
		}
		tags = append(tags, told["tag"])
	}
	if tags[0] != tags[1] || tags[0] == tags[2] || tags[3] != "" {
		t.Errorf("the tags are %q", tags)
	}
}

func TestALongMessageIsCutWhereACharacterEnds(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, _ := p.browser("bob")
	for _, n := range []shared.NewPush{
		{Message: strings.Repeat("会", 8000)},
		{Message: strings.Repeat("🚀", 8000), Title: strings.Repeat("标", 250), URL: "https://example.org/" + strings.Repeat("x", 1500)},
		{Message: strings.Repeat("\"\\", 4000), URL: "/" + strings.Repeat(`"`, 2000)},
		{Message: "short", URL: "/" + strings.Repeat(`"`, 2000)},
	} {
		p.push(ada, n)
		d, told := p.next(b)
		if len(d.Payload) > server.MaxPayload || len(n.Message) > 10 && len(d.Payload) < server.MaxPayload-100 {
			t.Errorf("the payload has %d bytes", len(d.Payload))
		}
		if !utf8.Valid(d.Payload) || strings.ContainsRune(told["message"], utf8.RuneError) {
			t.Errorf("the payload is %s", d.Payload)
		}
		whole, cut := n.Message, strings.TrimSuffix(told["message"], "…")
		if !strings.HasPrefix(whole, cut) || cut == "" {
			t.Errorf("%.20q… became %.20q…", whole, cut)
		}
		if url := told["url"]; url != "" && url != n.URL {
			t.Errorf("the url was cut to %q", url)
		}
		if told["title"] != cmp.Or(n.Title, "ada") {
			t.Errorf("the title is %q", told["title"])
		}
	}
}

func TestADeviceThatIsGoneIsRemoved(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	for _, code := range []int{404, 410} {
		bob, b, device := p.browser("bob")
		b.Answer(pushtest.Status(code, "unsubscribed"))
		key := fmt.Sprint("gone-", code)
		p.push(ada, shared.NewPush{Message: "hi", ID: key})
		p.receipt(ada, key, device.ID, final)
		p.empty()
		if left := bob.do(shared.Frame{Devices: &shared.Nothing{}}).Devices.Devices; len(left) > 0 {
			t.Errorf("after %d, his devices are %+v", code, left)
		}
		if answer := p.push(ada, shared.NewPush{Message: "hi again"}); answer.Devices != 0 {
			t.Errorf("after %d, %d devices are notified", code, answer.Devices)
		}
	}
}

func TestWhatFailedIsTriedAgainAndEndsWellUnderTheSameID(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, device := p.browser("bob")
	b.Answer(pushtest.Status(500, "oh dear"))
	b.Answer(pushtest.Status(503, ""))
	p.push(ada, shared.NewPush{Message: "hi", ID: "one"})
	r := p.receipt(ada, "one", device.ID, failing)
	if !strings.Contains(r.Failed, "500 Internal Server Error: oh dear") || strings.Contains(r.Failed, b.Device().Endpoint) {
		t.Errorf("the receipt is %+v", r)
	}
	p.clock.advance(time.Second)
	p.receipt(ada, "one", device.ID, func(r shared.Receipt) bool { return strings.Contains(r.Failed, "503") })
	p.clock.advance(time.Second)
	p.next(b)
	p.receipt(ada, "one", device.ID, accepted)
	p.empty()
	if tries := b.Tries(); tries != 3 {
		t.Errorf("there were %d attempts, want 3", tries)
	}
}

func TestAPushServiceIsLeftAloneForAsLongAsItAsks(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, device := p.browser("bob")
	_, other, second := p.browser("bob") // at the same push service
	b.Answer(pushtest.Later(30))
	other.Answer(pushtest.Later(30))
	p.push(ada, shared.NewPush{Message: "hi", ID: "one"})
	p.receipt(ada, "one", device.ID, failing)
	p.receipt(ada, "one", second.ID, failing)
	p.clock.advance(29 * time.Second)
	p.push(ada, shared.NewPush{Message: "hi again", ID: "two"}) // waits with the first
	ada.do(shared.Frame{Ping: &shared.Nothing{}})
	if n := b.Tries() + other.Tries(); n != 2 {
		t.Errorf("there were %d attempts, want 2", n)
	}
	p.clock.advance(2 * time.Second)
	var got []string
	for range 2 {
		_, told := p.next(b)
		got = append(got, told["message"])
		p.next(other)
	}
	if slices.Sort(got); !slices.Equal(got, []string{"hi", "hi again"}) {
		t.Errorf("the device was told %q", got)
	}
	p.empty()
}

func TestWhatHasExpiredIsGivenUpAndSaysWhy(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, device := p.browser("bob")
	ttl := int64(10)
	b.Answer(pushtest.Later(5))
	b.Answer(pushtest.Later(60))
	p.push(ada, shared.NewPush{Message: "hi", ID: "one", TTL: &ttl})
	p.receipt(ada, "one", device.ID, failing)
	p.clock.advance(6 * time.Second)
	if r := p.receipt(ada, "one", device.ID, final); !strings.Contains(r.Failed, "429") {
		t.Errorf("the receipt is %+v", r)
	}
	p.empty()

	now := int64(0)
	if answer := p.push(ada, shared.NewPush{Message: "for who listens now", TTL: &now}); answer.Devices != 0 {
		t.Errorf("a push for who listens now notifies %d devices", answer.Devices)
	}
	if tries := b.Tries(); tries != 2 {
		t.Errorf("there were %d attempts, want 2", tries)
	}
}

func TestWhatWasTakenBackIsNotSent(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, device := p.browser("bob")
	b.Answer(pushtest.Status(500, ""))
	p.push(ada, shared.NewPush{Message: "oops", ID: "one"})
	p.receipt(ada, "one", device.ID, failing)
	ada.do(shared.Frame{Clear: &shared.PushRef{ID: "one"}})
	p.clock.advance(time.Minute)
	p.empty()
	if tries := b.Tries(); tries != 1 {
		t.Errorf("there were %d attempts, want 1", tries)
	}
}

func TestWhatADeviceShowsGoesWhenItIsTakenBack(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	_, b, device := p.browser("bob")
	_, later, _ := p.browser("bob")
	later.Answer(pushtest.Status(500, ""))
	p.push(ada, shared.NewPush{Message: "oops", ID: "one"})
	_, shown := p.next(b)
	p.receipt(ada, "one", device.ID, accepted)
	ada.do(shared.Frame{Clear: &shared.PushRef{ID: "one"}})
	if d, _ := p.news(b); string(d.Payload) != fmt.Sprintf(`{"id":%q,"to":%q,"title":"","message":"","gone":true}`, shown["id"], device.ID) {
		t.Errorf("it is taken back by %s", d.Payload)
	}
	p.empty()
	if tries := later.Tries(); tries > 1 {
		t.Errorf("the device that never had it got %d requests", tries)
	}
	for _, text := range []string{"50 %", "100 %"} { // what replaces is not taken back
		p.push(ada, shared.NewPush{Message: text, Collapse: "build"})
	}
	p.clock.advance(time.Minute)
	p.empty()
	for last := ""; last != "100 %"; {
		d, told := p.next(b)
		if last = told["message"]; last == "" {
			t.Errorf("something is taken back: %s", d.Payload)
		}
	}
}

func TestAPushServiceThatHangsDelaysNobodyElseAndAStopLosesNothing(t *testing.T) {
	p := newPushTown(t, func(o *server.Options) { o.Now = time.Now })
	ada := p.call("ada")
	_, slow, _ := p.browser("bob")
	_, quick, _ := p.browser("bob")
	begun := make(chan struct{})
	slow.Answer(p.service.Hang(begun))
	p.push(ada, shared.NewPush{Message: "one"})
	<-begun
	for i := range 100 { // more than one look into the store
		p.push(ada, shared.NewPush{Message: fmt.Sprint(i)})
	}
	for range 101 {
		p.next(quick)
	}
	if tries := quick.Tries(); tries != 101 {
		t.Errorf("the quick one got %d requests for 101 pushes", tries)
	}
	if tries := slow.Tries(); tries != 1 {
		t.Errorf("the slow one got %d requests at once", tries)
	}

	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := p.server.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	o := p.options
	o.Store, o.Log = p.store, slog.New(slog.DiscardHandler)
	again, err := server.New(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for range 101 {
		_, m := p.next(slow)
		told = append(told, m["message"])
	}
	if slices.Sort(told); len(slices.Compact(told)) != 101 {
		t.Errorf("after a restart, the device was told %q", told)
	}
	if err := again.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
}

// forgetfulStore takes no word of what was sent, for a while.
type forgetfulStore struct {
	server.Store
	refusals atomic.Int32
}

func (s *forgetfulStore) EndNotice(ctx context.Context, n server.Notice) error {
	if s.refusals.Add(-1) >= 0 {
		return server.ErrUnavailable
	}
	return s.Store.EndNotice(ctx, n)
}

func TestWhatWasSentIsNotSentAgainBecauseTheStoreTakesNoWrites(t *testing.T) {
	store, err := sqlstore.Open(t.Context(), filepath.Join(t.TempDir(), "hubbub.db"), sqlstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	full := &forgetfulStore{Store: store}
	full.refusals.Store(1)
	p := newPushTown(t)
	o := p.options
	o.Store, o.Log = full, slog.New(slog.DiscardHandler)
	ada := server.Account{User: shared.User{ID: "ada", Name: "ada", Role: shared.RoleOwner, Handle: "ada"}}
	if err := store.Claim(t.Context(), ada, "Town", shared.Room{ID: lobby, Name: "lobby"}, time.Now()); err != nil {
		t.Fatal(err)
	}
	b := p.service.Subscribe(p.key)
	d := server.Device{ID: "d", Member: "ada", Session: server.SiteSession + "s", Endpoint: b.Device().Endpoint, P256dh: b.Device().Keys.P256dh, Auth: b.Device().Keys.Auth}
	if err := store.AddDevice(t.Context(), d, time.Now()); err != nil {
		t.Fatal(err)
	}
	now := p.clock.Now()
	_, _, _, err = store.AddPush(t.Context(), server.PushOrder{Recipient: "ada", Key: "k", Push: shared.Push{
		ID: "one", At: shared.Millis(now.UnixMilli()), Message: "hi", Expires: shared.Millis(now.Add(time.Hour).UnixMilli()),
	}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	p.next(b)
	p.store = full
	p.empty()
	if err := errors.Join(s.Shutdown(t.Context()), store.Close()); err != nil {
		t.Fatal(err)
	}
	if tries := b.Tries(); tries != 1 {
		t.Errorf("it was sent %d times", tries)
	}
}

func TestASessionHasOneDeviceAndItEndsWithIt(t *testing.T) {
	p := newPushTown(t)
	bob, b, first := p.browser("bob")
	if !first.Here || first.Name != "test" {
		t.Errorf("the device is %+v", first)
	}
	same := b.Device()
	if again := bob.do(shared.Frame{Device: &same}).Device; again.ID != first.ID {
		t.Errorf("the same once more is %+v, want %+v", again, first)
	}
	anew := p.service.Subscribe(p.key).Device()
	second := bob.do(shared.Frame{Device: &anew}).Device
	p.clock.advance(time.Second) // they are told in order of their age
	other, _, third := p.browser("bob")
	list := other.do(shared.Frame{Devices: &shared.Nothing{}}).Devices
	want := []shared.Device{{ID: second.ID, Name: "test"}, {ID: third.ID, Name: "test", Here: true}}
	if list.Key != p.key || !slices.Equal(list.Devices, want) {
		t.Errorf("the devices are %+v, want %+v", list, want)
	}

	ada := p.call("ada")
	if _, err := ada.try(shared.Frame{Forget: &shared.DeviceRef{ID: third.ID}}); !errors.Is(err, &shared.Error{Code: shared.CodeNotFound}) {
		t.Errorf("ada could remove bob's device: %v", err)
	}
	other.do(shared.Frame{Forget: &shared.DeviceRef{ID: third.ID}})
	if err := p.store.EndSessions(t.Context(), "bob", ""); err != nil {
		t.Fatal(err)
	}
	if answer := p.push(ada, shared.NewPush{Message: "hi"}); answer.Devices != 0 {
		t.Errorf("after all sessions ended, %d devices are notified", answer.Devices)
	}
}

func TestADeviceOfASitesOwnPersonEndsWhenTheSiteDropsThem(t *testing.T) {
	service := pushtest.New(t)
	n := newNotifier(t, service)
	p, s := newPortal(t, func(o *server.Options) { o.Notifier = n })
	ada, bob := s.as("ada's"), s.as("bob's")
	ada.get("/")
	b := service.Subscribe(n.Key())
	device := bob.must("device", b.Device()).Device
	if list := bob.must("devices", shared.Nothing{}).Devices; len(list.Devices) != 1 || !list.Devices[0].Here {
		t.Errorf("his devices are %+v", list)
	}
	if answer := ada.must("push", shared.NewPush{UserID: "42", Message: "hi"}).Push; answer.Devices != 1 {
		t.Errorf("the answer is %+v, want device %s notified", answer, device.ID)
	}
	p.forget("bob's")
	if err := s.chat.Drop(t.Context(), "42"); err != nil {
		t.Fatal(err)
	}
	if answer := ada.must("push", shared.NewPush{UserID: "42", Message: "hi"}).Push; answer.Devices != 0 {
		t.Errorf("once he was dropped, the answer is %+v", answer)
	}
}

func TestADeviceOfAnExpiredSessionIsNotNotified(t *testing.T) {
	p := newPushTown(t)
	ada := p.call("ada")
	p.browser("bob")
	p.clock.advance(2e6 * time.Hour)
	if answer := p.push(ada, shared.NewPush{Message: "hi"}); answer.Devices != 0 {
		t.Errorf("%d devices are notified", answer.Devices)
	}
}

func TestWhatIsNoDeviceIsRefused(t *testing.T) {
	p := newPushTown(t)
	bob, good := p.call("bob"), p.service.Subscribe(p.key).Device()
	for name, spoil := range map[string]func(*shared.NewDevice){
		"endpoint": func(d *shared.NewDevice) { d.Endpoint = "http://push.example.org/" },
		"keys":     func(d *shared.NewDevice) { d.Keys.P256dh = strings.Repeat("A", 87) }, // not on the curve
	} {
		bad := good
		spoil(&bad)
		_, err := bob.try(shared.Frame{Device: &bad})
		if e := shared.AsError(err); e.Code != shared.CodeInvalid || e.Field != name {
			t.Errorf("%s: got %v", name, err)
		}
	}
	for range shared.MaxDevices {
		p.browser("ada")
	}
	more := p.service.Subscribe(p.key).Device()
	if _, err := p.call("ada").try(shared.Frame{Device: &more}); !errors.Is(err, &shared.Error{Code: shared.CodeForbidden}) {
		t.Errorf("one device too many: %v", err)
	}

	none := newTown(t, server.Options{})
	ada := none.call("ada")
	if list := ada.do(shared.Frame{Devices: &shared.Nothing{}}).Devices; list.Key != "" {
		t.Errorf("a server without a notifier says %+v", list)
	}
	if _, err := ada.try(shared.Frame{Device: &good}); !errors.Is(err, &shared.Error{Code: shared.CodeUnknown}) {
		t.Errorf("it takes a device: %v", err)
	}
}

func TestWhoTriesIsToldWhyItFailed(t *testing.T) {
	p := newPushTown(t)
	bob, b, device := p.browser("bob") // a member, who may not push to others
	b.Answer(pushtest.Status(403, "another key"))
	one := bob.do(shared.Frame{Notify: &shared.SelfPush{Message: "试试"}}).Push
	if r := p.receipt(bob, one.ID, device.ID, final); !strings.Contains(r.Failed, "another key") {
		t.Errorf("the receipt is %+v", r)
	}
	two := bob.do(shared.Frame{Notify: &shared.SelfPush{}}).Push
	if _, told := p.next(b); told["message"] == "" || told["title"] != "Town" {
		t.Errorf("the device is told %v", told)
	}
	p.receipt(bob, two.ID, device.ID, accepted)
	if _, err := p.call("ada").try(shared.Frame{Receipts: &shared.PushRef{ID: two.ID}}); !errors.Is(err, &shared.Error{Code: shared.CodeNotFound}) {
		t.Errorf("ada sees what became of bob's: %v", err)
	}
	var err error
	for range 20 {
		if _, err = bob.try(shared.Frame{Notify: &shared.SelfPush{}}); err != nil {
			break
		}
	}
	if !errors.Is(err, &shared.Error{Code: shared.CodeTooFast}) {
		t.Errorf("he can go on for ever: %v", err)
	}
}
