package shared

// CheckEvent is the event of the push that POST /check/push sends to whoever
// asks for it.
const CheckEvent = "hubbub.check"

// Facts is a request as it reached the server, and what the server holds
// against it. GET /check/facts answers it, so that whoever asked can see what
// the way between did to what they sent.
type Facts struct {
	Now        Millis   `json:"now"`     // the server's clock
	Version    string   `json:"version"` // of the build
	Origin     string   `json:"origin"`  // the only one whose pages may connect
	Host       string   `json:"host"`    // that the request was for
	Address    string   `json:"address"` // of who asked, as limits count it
	TLS        bool     `json:"tls"`     // the server itself ended it
	Upgrade    string   `json:"upgrade,omitempty"`
	Connection string   `json:"connection,omitempty"`
	Forwarded  []string `json:"forwarded,omitempty"` // names of headers that proxies add
	Attempt    *Attempt `json:"attempt,omitempty"`   // the WebSocket that ?attempt= names, if it came
}

// Attempt is how a request to open a WebSocket at /echo?attempt=… reached the
// server. A page cannot see why its WebSocket did not open; this tells.
type Attempt struct {
	Upgrade    string `json:"upgrade"`
	Connection string `json:"connection"`
	Origin     string `json:"origin"`
}
