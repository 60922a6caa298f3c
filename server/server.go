package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/netip"
	"time"

	"hubbub/shared"
)

// Options configure a Server. The zero value of each field but Store is safe.
type Options struct {
	// Store keeps everything. Required. The caller closes it, after Shutdown.
	Store Store
	// Broker connects the nodes. Default: a single node.
	Broker Broker
	// Notifier reaches people's devices, see server/webpush. Default: nobody's;
	// pushes are heard on connections alone.
	Notifier Notifier
	// Files keeps the bytes of what people upload, see server/filestore. Default:
	// nothing can be uploaded.
	Files Files
	// FileLimit is how many bytes a file may have. Default 100 MiB.
	FileLimit int64
	// FileQuota is how many bytes all files of a user may have together. Default:
	// as many as there is room for.
	FileQuota int64
	// Pages draws the screens. Default: none; the API and the socket alone.
	Pages Pages
	// Assets serves the app's files: GET /web/…, /sw.js, /hubbub.js, /manifest.webmanifest
	// and /favicon.ico. Some of what web.Assets serve names others of them: a
	// method Under(base string) http.Handler, if there is one, is called with
	// the path that the server is under. Default: none.
	Assets http.Handler
	// URL is where people reach the server, e.g. "https://chat.example.org" or
	// "https://example.org/chat". It decides cookie security, links and which
	// Origin is accepted. Default: each request's own Host, over http.
	URL string
	// Path is what the paths of all requests begin with, e.g. "/chat" for a
	// server that is mounted with http.Handle("/chat/", s). Default: the path
	// of URL, or none.
	Path string
	// Origins are other sites whose pages may connect here with a token, like
	// "https://shop.example.org". Default: none.
	Origins []string
	// Name is what the server is called where nobody sets it up by hand: the
	// first person whom AuthToken knows finds a room. Default: an owner names it.
	Name string
	// AuthToken finds whose token it is that is none of this server's own: an
	// embedding site's session or access token, from Cookie, an Authorization
	// header, or a connection's first message. ErrUnknownToken says that it is
	// nobody's. Default: this server's own tokens alone.
	AuthToken func(ctx context.Context, token string) (Identity, error)
	// Cookie is the name of the cookie that holds the site's token. Default:
	// none but this server's own.
	Cookie string
	// SignIn is where people sign in, a path or an address of the site's. It is
	// given the way back as ?next=. Default: this server's own page.
	SignIn string
	// PushAuth reports whether r may push through /push. With it the site
	// itself is the sender, and tokens are not asked for. Default: who has a
	// token with the scope push, of which a new server has none.
	PushAuth func(r *http.Request) error
	// Gravatar fetches people's pictures from there, when they ask for theirs. It
	// must not reach this machine's own networks. Default: nothing does; people
	// upload pictures.
	Gravatar *http.Client
	// TrustedProxies are the networks of the proxies in front of the server:
	// from them, X-Forwarded-For is believed. Default: none; who connects is the
	// client.
	TrustedProxies []netip.Prefix
	// SetupToken lets its bearer become the owner while there is none.
	// Default: nobody can.
	SetupToken string
	// Version of the build, told to clients. Default: "dev".
	Version string
	// Log for operators. Default: slog.Default().
	Log *slog.Logger
	// Now is the clock. Default: time.Now.
	Now func() time.Time
	// Tuning of the live part. Defaults are the production values.
	Live LiveOptions
}

// LiveOptions bound what connections may cost.
type LiveOptions struct {
	// HelloTimeout is how long a connection may take to say hello. Default 5 s.
	HelloTimeout time.Duration
	// PingInterval is how often a quiet connection is pinged, PingTimeout how
	// long its pong may take. Defaults 30 s, 15 s.
	PingInterval, PingTimeout time.Duration
	// Beat is how often a beat frame is sent. Default shared.BeatSeconds.
	Beat time.Duration
	// Backlog is how many bytes, and one message, may wait for a connection
	// that the kernel refuses to take more for. Default 1 MiB.
	Backlog int
	// StallTimeout is how long a backlog may stand without a byte taken.
	// Default 20 s.
	StallTimeout time.Duration
	// Tail is how many bytes of each followed room's newest events stay in
	// memory. Default 1 MiB.
	Tail int
	// NoticeRetry is how soon a notice that a push service did not take is sent
	// again. Each further wait is twice as long. Default 2 s.
	NoticeRetry time.Duration
	// AwayAfter is how long who is connected counts as online after a sign of
	// life. Default 5 min. Grace is how long after the last connection they are
	// offline. Default 15 s.
	AwayAfter, Grace time.Duration
	// PresenceEvery is how often changes of presence are told. Default 2 s.
	PresenceEvery time.Duration
	// NoticeDelay is how long what is said in a room waits before it notifies
	// devices: whoever reads it meanwhile is not notified. Default 3 s.
	NoticeDelay time.Duration
	// Rate and Burst bound commands per second of a connection. Default 50, 200.
	// UserRate and UserBurst bound them for all of a user's. Default 100, 400.
	Rate, Burst         int
	UserRate, UserBurst int
	// UserConns is how many connections one user may have on this node: so many
	// to /ws, and so many that listen to pushes. Default 64.
	UserConns int
}

// Pages draws the screens on the server. The app implements it.
type Pages interface {
	// Render writes a whole HTML document that shows v.
	Render(w io.Writer, v shared.View) error
}

// Server is a chat server. It is an http.Handler.
type Server struct {
	opts     Options
	site     string // Options.URL as a browser writes an origin, or ""
	base     string // what paths begin with, like "/chat", or ""
	mux      http.Handler
	patterns []string // of its routes
	chat     *chat
	hub      *hub
	echoes   *echoes
	streams  *streams
	limits   limits
	health   *health

	attempts attempts // at /echo
}

// New returns a server that is ready to serve. Call Shutdown when done.
func New(ctx context.Context, o Options) (*Server, error) {
	if o.Store == nil {
		return nil, ErrNoStore
	}
	site, base, err := o.address()
	if err != nil {
		return nil, err
	}
	if o.Origins, err = parseOrigins(o.Origins); err != nil {
		return nil, err
	}
	o = withDefaults(o)
	chat, err := newChat(ctx, o)
	if err != nil {
		return nil, fmt.Errorf("server: starting: %w", err)
	}
	hub, err := newHub(o)
	if err != nil {
		chat.close()
		return nil, fmt.Errorf("server: starting: %w", err)
	}
	s := &Server{opts: o, site: site, base: base, chat: chat, hub: hub, echoes: newEchoes(hub), streams: newStreams(), limits: chat.limits, health: chat.health}
	s.mux = s.mount(s.routes())
	return s, nil
}

func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) { s.mux.ServeHTTP(w, r) }

// Shutdown tells every client to come back, waits until what was accepted is
// committed and answered, and closes all connections. http.Server.Shutdown
// does not: WebSockets are hijacked connections.
func (s *Server) Shutdown(ctx context.Context) error {
	err := errors.Join(s.echoes.shutdown(ctx), s.streams.shutdown(ctx, s.hub), s.hub.shutdown(ctx))
	s.chat.close()
	return errors.Join(err, s.health.stop(ctx))
}

// Claimed reports whether the server has an owner, so that its setup link is
// of no more use.
func (s *Server) Claimed(ctx context.Context) (bool, error) {
	_, err := s.chat.serverName(ctx)
	if errors.Is(err, &shared.Error{Code: shared.CodeNotFound}) {
		return false, nil
	}
	return err == nil, err
}

func withDefaults(o Options) Options {
	o.Broker = cmp.Or(o.Broker, NewLocalBroker())
	o.FileLimit = cmp.Or(o.FileLimit, 100<<20)
	o.Version = cmp.Or(o.Version, "dev")
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.AuthToken != nil {
		o.Name = cmp.Or(o.Name, defaultServerName)
	}
	o.Live = o.Live.withDefaults()
	return o
}

func (l LiveOptions) withDefaults() LiveOptions {
	l.HelloTimeout = cmp.Or(l.HelloTimeout, 5*time.Second)
	l.PingInterval = cmp.Or(l.PingInterval, 30*time.Second)
	l.PingTimeout = cmp.Or(l.PingTimeout, 15*time.Second)
	l.Beat = cmp.Or(l.Beat, shared.BeatSeconds*time.Second)
	l.Backlog = cmp.Or(l.Backlog, 1<<20)
	l.StallTimeout = cmp.Or(l.StallTimeout, 20*time.Second)
	l.Tail = cmp.Or(l.Tail, 1<<20)
	l.NoticeRetry = cmp.Or(l.NoticeRetry, 2*time.Second)
	l.AwayAfter, l.Grace = cmp.Or(l.AwayAfter, 5*time.Minute), cmp.Or(l.Grace, 15*time.Second)
	l.PresenceEvery = cmp.Or(l.PresenceEvery, 2*time.Second)
	l.NoticeDelay = cmp.Or(l.NoticeDelay, 3*time.Second)
	l.Rate, l.Burst = cmp.Or(l.Rate, 50), cmp.Or(l.Burst, 200)
	l.UserConns = cmp.Or(l.UserConns, 64)
	l.UserRate, l.UserBurst = cmp.Or(l.UserRate, 100), cmp.Or(l.UserBurst, 400)
	return l
}
