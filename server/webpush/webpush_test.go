package webpush_test

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"hubbub/server"
	"hubbub/server/webpush"
	"hubbub/server/webpush/pushtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const patience = 20 * time.Second // before a test gives up

// newNotifier returns one that reaches a push service of the test's.
func newNotifier(t *testing.T, s *pushtest.Service) *webpush.Notifier {
	t.Helper()
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	n, err := webpush.New(key, webpush.Options{Contact: "https://chat.example.org", Loopback: true, Roots: s.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Close)
	return n
}

func deviceOf(b *pushtest.Browser) server.Device {
	d := b.Device()
	return server.Device{ID: "d", Endpoint: d.Endpoint, P256dh: d.Keys.P256dh, Auth: d.Keys.Auth}
}

func within(t *testing.T, d time.Duration) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	t.Cleanup(cancel)
	return ctx
}

func TestABrowserDecryptsWhatWasSentToIt(t *testing.T) {
	service := pushtest.New(t)
	n := newNotifier(t, service)
	b := service.Subscribe(n.Key())
	for _, payload := range [][]byte{[]byte(`{"message":"你好 🚀"}`), {}, bytes.Repeat([]byte("x"), server.MaxPayload)} {
		err := n.Notify(within(t, patience), deviceOf(b), payload, server.NotifyOptions{TTL: time.Hour, Topic: "deploy"})
		if err != nil {
			t.Fatal(err)
		}
		got, err := b.Next(within(t, patience))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got.Payload, payload) {
			t.Errorf("got %q, want %q", got.Payload, payload)
		}
		if got.TTL != 3600 || got.Topic != "deploy" || got.Urgency != "high" || got.Contact != "https://chat.example.org" {
			t.Errorf("it came with %+v", got)
		}
	}
}

func TestAKeyIsKept(t *testing.T) {
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	one, err1 := webpush.New(key, webpush.Options{})
	two, err2 := webpush.New(key, webpush.Options{})
	if err := errors.Join(err1, err2); err != nil || one.Key() != two.Key() {
		t.Errorf("got %v; %s, then %s", err, one.Key(), two.Key())
	}
	for _, bad := range []string{"", "scrambled!", key[:20]} {
		if _, err := webpush.New(bad, webpush.Options{}); err == nil {
			t.Errorf("%q is taken for a key", bad)
		}
	}
}

func TestWhatAnAnswerMeans(t *testing.T) {
	service := pushtest.New(t)
	n := newNotifier(t, service)
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
		gone   bool
		want   server.NotifyError // Reason: what it has to say
	}{
		{"not found", pushtest.Status(404, "no such subscription"), true, server.NotifyError{}},
		{"gone", pushtest.Status(410, "unsubscribed"), true, server.NotifyError{}},
		{"too many", pushtest.Later(7), false, server.NotifyError{Reason: "429", After: 7 * time.Second}},
		{"too many, for ever", pushtest.Later(1 << 30), false, server.NotifyError{Reason: "429", After: 24 * time.Hour}},
		{"too many, until", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "Mon, 01 Jan 2001 00:00:00 GMT")
			w.WriteHeader(429)
		}, false, server.NotifyError{Reason: "429"}},
		{"failed", pushtest.Status(500, "oh dear"), false, server.NotifyError{Reason: "500 Internal Server Error: oh dear"}},
		{"refused", pushtest.Status(403, "another key"), false, server.NotifyError{Reason: "403 Forbidden: another key", Final: true}},
		{"too large", pushtest.Status(413, ""), false, server.NotifyError{Reason: "413", Final: true}},
		{"cut off", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, false, server.NotifyError{Reason: "cannot be reached: EOF"}},
		{"a page", pushtest.Status(502, "<html>"), false, server.NotifyError{Reason: "502 Bad Gateway"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			b := service.Subscribe(n.Key())
			b.Answer(test.answer)
			d := deviceOf(b)
			err := n.Notify(within(t, patience), d, []byte("{}"), server.NotifyOptions{TTL: time.Hour})
			if test.gone {
				if !errors.Is(err, server.ErrDeviceGone) {
					t.Errorf("got %v, want that it is gone", err)
				}
				return
			}
			var got *server.NotifyError
			if !errors.As(err, &got) || got.Final != test.want.Final || got.After != test.want.After || !strings.Contains(got.Reason, test.want.Reason) {
				t.Errorf("got %+v, want %+v", got, test.want)
			}
			if got != nil && strings.Contains(got.Reason, "/send/") {
				t.Errorf("%q has the endpoint in it", got.Reason)
			}
		})
	}
}

func TestAPushServiceThatHangsIsGivenUp(t *testing.T) {
	service := pushtest.New(t)
	n := newNotifier(t, service)
	b := service.Subscribe(n.Key())
	begun := make(chan struct{})
	b.Answer(service.Hang(begun))
	ctx, cancel := context.WithCancel(t.Context())
	failed := make(chan error, 1)
	go func() { failed <- n.Notify(ctx, deviceOf(b), []byte("{}"), server.NotifyOptions{TTL: time.Hour}) }()
	<-begun
	cancel()
	var got *server.NotifyError
	if err := <-failed; !errors.As(err, &got) || got.Final || strings.Contains(got.Reason, "/send/") {
		t.Errorf("got %v, want what can be tried again", err)
	}
}

func TestOnlyPublicAddressesAreReached(t *testing.T) {
	service := pushtest.New(t)
	private := newNotifier(t, service) // it may reach 127.0.0.0/8, and no other private network
	key, err := webpush.NewKey()
	if err != nil {
		t.Fatal(err)
	}
	public, err := webpush.New(key, webpush.Options{Roots: service.Roots()})
	if err != nil {
		t.Fatal(err)
	}
	b := service.Subscribe(public.Key())
	for _, test := range []struct {
		n        *webpush.Notifier
		endpoint string
	}{
		{public, deviceOf(b).Endpoint},
		{public, "https://localhost/"},
		{public, "https://169.254.169.254/latest"},
		{public, "https://[::1]/"},
		{public, "https://[::ffff:127.0.0.1]/"},
		{public, "https://1.1.1.1:25/"},
		{private, "https://10.0.0.1/"},
		{private, "http://127.0.0.1/"},
	} {
		d := deviceOf(b)
		d.Endpoint = test.endpoint
		var got *server.NotifyError
		if err := test.n.Notify(within(t, patience), d, []byte("{}"), server.NotifyOptions{TTL: time.Hour}); !errors.As(err, &got) || !got.Final {
			t.Errorf("%s: got %v, want that it is refused for good", test.endpoint, err)
		}
	}
	if tries := b.Tries(); tries != 0 {
		t.Errorf("the push service on this machine got %d requests", tries)
	}
}

func TestARedirectLeadsNowhere(t *testing.T) {
	var reached atomic.Bool
	inside := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer inside.Close()
	service := pushtest.New(t)
	n := newNotifier(t, service)
	for _, code := range []int{301, 302, 303, 307, 308} {
		b := service.Subscribe(n.Key())
		b.Answer(func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, inside.URL, code) })
		var got *server.NotifyError
		if err := n.Notify(within(t, patience), deviceOf(b), []byte("{}"), server.NotifyOptions{TTL: time.Hour}); !errors.As(err, &got) || !got.Final {
			t.Errorf("%d: got %v, want that it is refused for good", code, err)
		}
	}
	if reached.Load() {
		t.Error("a redirect was followed")
	}
}

func TestKeysThatAreNone(t *testing.T) {
	service := pushtest.New(t)
	n := newNotifier(t, service)
	d := deviceOf(service.Subscribe(n.Key()))
	d.P256dh = strings.Repeat("A", 87)
	var got *server.NotifyError
	if err := n.Notify(t.Context(), d, []byte("{}"), server.NotifyOptions{}); !errors.As(err, &got) || !got.Final {
		t.Errorf("got %v, want that it is refused for good", err)
	}
}

func TestTheNotifierIsOne(t *testing.T) {
	var _ server.Notifier = newNotifier(t, pushtest.New(t))
}
